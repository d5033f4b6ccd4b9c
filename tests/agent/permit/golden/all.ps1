#Requires -Version 5.1
#Requires -RunAsAdministrator
# Firewall change request of the site contoso: all that is needed
# Each rule lets connections begin in the direction that it names. It is assumed that the firewall keeps track of connections, and lets the answers pass.
# MSS is a cluster of NODE1 and NODE2: its address is where one of them answers, and connections begin at the nodes.
# The agents listen for one another at ports of the same dynamic range, for seconds: for that no rule is needed beside those of the secondary RPC ports.
# The site has no key yet (rendezvous.key_file): until it has one, the agents do not speak to one another, and their UDP port is not needed.
# Instead of the dynamic range: fixed ports.
# The documentation says: "You can change to larger dynamic port range or better use fixed port for MSDTC and EntSSO services." These rules ask for TCP 49152-65535, 16,384 ports.
# For the SSO service (ENTSSO) there is no documented registry value for a fixed port. What is left is a smaller range for all RPC services of the machine.
# A smaller range should have 1,000 ports or more and begin at 20000 or above: all RPC services of the machine share it. Set it on every machine that is asked.
# TCP 135 is needed all the same.
# Then write it into the configuration, so that it is what is probed and asked for: rpc.dynamic_ports, or fixed_ports with the service's name.
# MSDTC at a fixed port: HKLM\SOFTWARE\Microsoft\MSDTC, ServerTcpPort (REG_DWORD) = the port; restart MSDTC.
# MSDTC of a cluster: HKLM\Cluster\Resources\<GUID of the DTC resource>\MSDTCPRIVATE\MSDTC, ServerTcpPort (REG_DWORD) = a port of its own for each instance; restart MSDTC.
# A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, Ports (REG_MULTI_SZ) = for example 20000-20999; restart the machine.
# A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, PortsInternetAvailable (REG_SZ) = Y; restart the machine.
# A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, UseInternetPorts (REG_SZ) = Y; restart the machine.
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
    [ValidateSet('NODE1', 'NODE2', 'BTS01', 'SQL01', 'BTS02')]
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
            Name = 'ssoreach-6fce9ce45939'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 135, 49152-65535'
            Description = 'required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Secondary RPC ports used to retrieve the secret key from the master secret server.'
            Protocol = 'TCP'
            LocalPort = @('135', '49152-65535')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.11')
        }
        Set-InboundRule @{
            Name = 'ssoreach-91516bf793d1'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 135, 49152-65535'
            Description = 'required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Secondary RPC ports used to retrieve the secret key from the master secret server.'
            Protocol = 'TCP'
            LocalPort = @('135', '49152-65535')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.12')
        }
        Set-InboundRule @{
            Name = 'ssoreach-f2e5d731b0f5'
            DisplayName = 'ssoreach: ssoreach agents, UDP 10135'
            Description = 'monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing.'
            Protocol = 'UDP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.11')
        }
        Set-InboundRule @{
            Name = 'ssoreach-c79bebfa1ffa'
            DisplayName = 'ssoreach: ssoreach agents, UDP 10135'
            Description = 'monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing.'
            Protocol = 'UDP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.12')
        }
        Set-InboundRule @{
            Name = 'ssoreach-2caa7167e134'
            DisplayName = 'ssoreach: ssoreach agents, TCP 10135'
            Description = 'monitoring. ssoreach agents: Prometheus collects what each agent found.'
            Protocol = 'TCP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.31')
            RemoteAddress = @('198.51.100.9')
        }
    }
    'NODE2' {
        Set-InboundRule @{
            Name = 'ssoreach-151012a01b93'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 135, 49152-65535'
            Description = 'required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Secondary RPC ports used to retrieve the secret key from the master secret server.'
            Protocol = 'TCP'
            LocalPort = @('135', '49152-65535')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.11')
        }
        Set-InboundRule @{
            Name = 'ssoreach-2809a21d8451'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 135, 49152-65535'
            Description = 'required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Secondary RPC ports used to retrieve the secret key from the master secret server.'
            Protocol = 'TCP'
            LocalPort = @('135', '49152-65535')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.12')
        }
        Set-InboundRule @{
            Name = 'ssoreach-076d1159dace'
            DisplayName = 'ssoreach: ssoreach agents, UDP 10135'
            Description = 'monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing.'
            Protocol = 'UDP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.11')
        }
        Set-InboundRule @{
            Name = 'ssoreach-c3dc1d38e036'
            DisplayName = 'ssoreach: ssoreach agents, UDP 10135'
            Description = 'monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing.'
            Protocol = 'UDP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.30')
            RemoteAddress = @('192.0.2.12')
        }
        Set-InboundRule @{
            Name = 'ssoreach-3fcb621bc8b2'
            DisplayName = 'ssoreach: ssoreach agents, TCP 10135'
            Description = 'monitoring. ssoreach agents: Prometheus collects what each agent found.'
            Protocol = 'TCP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.32')
            RemoteAddress = @('198.51.100.9')
        }
    }
    'BTS01' {
        Set-InboundRule @{
            Name = 'ssoreach-b183a4a457b1'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 135, 49152-65535'
            Description = 'required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Secondary RPC ports used to retrieve the secret key from the master secret server.'
            Protocol = 'TCP'
            LocalPort = @('135', '49152-65535')
            LocalAddress = @('192.0.2.11')
            RemoteAddress = @('192.0.2.31', '192.0.2.32')
        }
        Set-InboundRule @{
            Name = 'ssoreach-df393239ae47'
            DisplayName = 'ssoreach: ssoreach agents, UDP 10135'
            Description = 'monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing.'
            Protocol = 'UDP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.11')
            RemoteAddress = @('192.0.2.31', '192.0.2.32')
        }
        Set-InboundRule @{
            Name = 'ssoreach-2b05a0b1541f'
            DisplayName = 'ssoreach: ssoreach agents, TCP 10135'
            Description = 'monitoring. ssoreach agents: Prometheus collects what each agent found.'
            Protocol = 'TCP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.11')
            RemoteAddress = @('198.51.100.9')
        }
    }
    'SQL01' {
        Set-InboundRule @{
            Name = 'ssoreach-b5604bb17820'
            DisplayName = 'ssoreach: SQL Server, TCP 1433'
            Description = 'required. SQL Server: To create and connect to the SSO database.'
            Protocol = 'TCP'
            LocalPort = @('1433')
            LocalAddress = @('192.0.2.51')
            RemoteAddress = @('192.0.2.11', '192.0.2.31', '192.0.2.32')
        }
        Set-InboundRule @{
            Name = 'ssoreach-ac421b0cf86d'
            DisplayName = 'ssoreach: SQL Server, TCP 1433'
            Description = 'required. SQL Server: To create and connect to the SSO database.'
            Protocol = 'TCP'
            LocalPort = @('1433')
            LocalAddress = @('192.0.2.51')
            RemoteAddress = @('192.0.2.12')
        }
        Set-InboundRule @{
            Name = 'ssoreach-a2227bb67c68'
            DisplayName = 'ssoreach: DTC, TCP 135, 49152-65535'
            Description = 'optional. DTC: Transacted connection to SQL Server to connect to the SSO database; DTC: Secondary RPC ports.'
            Protocol = 'TCP'
            LocalPort = @('135', '49152-65535')
            LocalAddress = @('192.0.2.51')
            RemoteAddress = @('192.0.2.11')
        }
        Set-InboundRule @{
            Name = 'ssoreach-a3c71e2c8689'
            DisplayName = 'ssoreach: DTC, TCP 135, 49152-65535'
            Description = 'optional. DTC: Transacted connection to SQL Server to connect to the SSO database; DTC: Secondary RPC ports.'
            Protocol = 'TCP'
            LocalPort = @('135', '49152-65535')
            LocalAddress = @('192.0.2.51')
            RemoteAddress = @('192.0.2.12')
        }
    }
    'BTS02' {
        Set-InboundRule @{
            Name = 'ssoreach-7de5b6ca2826'
            DisplayName = 'ssoreach: Single Sign-On service, TCP 135, 49152-65535'
            Description = 'required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Secondary RPC ports used to retrieve the secret key from the master secret server.'
            Protocol = 'TCP'
            LocalPort = @('135', '49152-65535')
            LocalAddress = @('192.0.2.12')
            RemoteAddress = @('192.0.2.31', '192.0.2.32')
        }
        Set-InboundRule @{
            Name = 'ssoreach-8dca89eb040c'
            DisplayName = 'ssoreach: ssoreach agents, UDP 10135'
            Description = 'monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing.'
            Protocol = 'UDP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.12')
            RemoteAddress = @('192.0.2.31', '192.0.2.32')
        }
        Set-InboundRule @{
            Name = 'ssoreach-4427adecf821'
            DisplayName = 'ssoreach: ssoreach agents, TCP 10135'
            Description = 'monitoring. ssoreach agents: Prometheus collects what each agent found.'
            Protocol = 'TCP'
            LocalPort = @('10135')
            LocalAddress = @('192.0.2.12')
            RemoteAddress = @('198.51.100.9')
        }
    }
}
