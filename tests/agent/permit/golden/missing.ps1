#Requires -Version 5.1
#Requires -RunAsAdministrator
# Firewall change request of the site contoso: what was found shut
# By what BTS01 knew at noon.
# To be looked at, as it may be shut, and nobody has shown it (no rule is asked for):
# - BTS01 to SQL01, SQL Server: 192.0.2.11 -> 192.0.2.51, TCP 1433
# Not known, so that rules may be missing:
# - BTS02 did not tell.
# Instead of the dynamic range: fixed ports.
# The documentation says: "You can change to larger dynamic port range or better use fixed port for MSDTC and EntSSO services." These rules ask for TCP 50100-50199, 50900, 101 ports.
# For the SSO service (ENTSSO) there is no documented registry value for a fixed port. What is left is a smaller range for all RPC services of the machine.
# A smaller range should have 1,000 ports or more and begin at 20000 or above: all RPC services of the machine share it. Set it on every machine that is asked.
# TCP 135 is needed all the same.
# Then write it into the configuration, so that it is what is probed and asked for: rpc.dynamic_ports, or fixed_ports with the service's name.
# MSDTC at a fixed port: HKLM\SOFTWARE\Microsoft\MSDTC, ServerTcpPort (REG_DWORD) = the port; restart MSDTC.
# MSDTC of a cluster: HKLM\Cluster\Resources\<GUID of the DTC resource>\MSDTCPRIVATE\MSDTC, ServerTcpPort (REG_DWORD) = a port of its own for each instance; restart MSDTC.
# A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, Ports (REG_MULTI_SZ) = for example 20000-20999; restart the machine.
# A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, PortsInternetAvailable (REG_SZ) = Y; restart the machine.
# A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, UseInternetPorts (REG_SZ) = Y; restart the machine.
# No rule of a host: answers from 192.0.2.11, TCP 50100-50199, 50900, to 192.0.2.30 are dropped on the way
#
# For the own firewall of each host that is asked. Run it on that host, elevated, with the host's name in the
# configuration; -WhatIf shows what it would do. A rule that is there already is replaced by itself, so it may run
# twice. What Windows lets out is not changed: by default, all. Where a group policy has local rules ignored, these have
# to be set there.
#
#   .\rules.ps1 -For 'NODE1'
#   Get-NetFirewallRule -Group 'ssoreach contoso' | Remove-NetFirewallRule   # takes all of them away
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('NODE1', 'NODE2')]
    [string] $For
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Set-InboundRule([hashtable] $Rule) {
    # Said each time: what this script is told of -WhatIf does not reach the commands of a module by itself.
    Get-NetFirewallRule -Name $Rule.Name -ErrorAction SilentlyContinue |
        Remove-NetFirewallRule -WhatIf:$WhatIfPreference -ErrorAction Stop
    New-NetFirewallRule @Rule -Group 'ssoreach contoso' -Direction Inbound -Action Allow -WhatIf:$WhatIfPreference `
        -ErrorAction Stop | Out-Null
}

switch ($For) {
    'NODE1' {
        Set-InboundRule @{
            Name = 'ssoreach-61d7ffa89230'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 50100-50199, 50900'
            Description = 'required. Single Sign-On service: Secondary RPC ports.'
            Protocol = 'TCP'
            LocalPort = @('50100-50199', '50900')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.11')
        }
        Set-InboundRule @{
            Name = 'ssoreach-3833086271ca'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 50100-50199, 50900'
            Description = 'optional. Single Sign-On service: Secondary RPC ports.'
            Protocol = 'TCP'
            LocalPort = @('50100-50199', '50900')
            LocalAddress = @('2001:db8::30')
            RemoteAddress = @('2001:db8::11')
        }
    }
    'NODE2' {
        Set-InboundRule @{
            Name = 'ssoreach-e090b6ef4cad'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 50100-50199, 50900'
            Description = 'required. Single Sign-On service: Secondary RPC ports.'
            Protocol = 'TCP'
            LocalPort = @('50100-50199', '50900')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.11')
        }
        Set-InboundRule @{
            Name = 'ssoreach-efa535fefe5b'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 50100-50199, 50900'
            Description = 'optional. Single Sign-On service: Secondary RPC ports.'
            Protocol = 'TCP'
            LocalPort = @('50100-50199', '50900')
            LocalAddress = @('2001:db8::30')
            RemoteAddress = @('2001:db8::11')
        }
    }
}
