"""How commands on this machine meet the agent."""
