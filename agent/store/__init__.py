"""What has to outlive a restart."""
