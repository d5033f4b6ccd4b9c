@echo off
setlocal DisableDelayedExpansion
rem Firewall change request of the site contoso: all that is needed
rem Each rule lets connections begin in the direction that it names. It is assumed that the firewall keeps track of connections, and lets the answers pass.
rem MSS is a cluster of NODE1 and NODE2: its address is where one of them answers, and connections begin at the nodes.
rem The agents listen for one another at ports of the same dynamic range, for seconds: for that no rule is needed beside those of the secondary RPC ports.
rem The site has no key yet (rendezvous.key_file): until it has one, the agents do not speak to one another, and their UDP port is not needed.
rem Instead of the dynamic range: fixed ports.
rem The documentation says: 'You can change to larger dynamic port range or better use fixed port for MSDTC and EntSSO services.' These rules ask for TCP 49152-65535, 16,384 ports.
rem For the SSO service (ENTSSO) there is no documented registry value for a fixed port. What is left is a smaller range for all RPC services of the machine.
rem A smaller range should have 1,000 ports or more and begin at 20000 or above: all RPC services of the machine share it. Set it on every machine that is asked.
rem TCP 135 is needed all the same.
rem Then write it into the configuration, so that it is what is probed and asked for: rpc.dynamic_ports, or fixed_ports with the service's name.
rem MSDTC at a fixed port: HKLM\SOFTWARE\Microsoft\MSDTC, ServerTcpPort (REG_DWORD) = the port; restart MSDTC.
rem MSDTC of a cluster: HKLM\Cluster\Resources\(GUID of the DTC resource)\MSDTCPRIVATE\MSDTC, ServerTcpPort (REG_DWORD) = a port of its own for each instance; restart MSDTC.
rem A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, Ports (REG_MULTI_SZ) = for example 20000-20999; restart the machine.
rem A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, PortsInternetAvailable (REG_SZ) = Y; restart the machine.
rem A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, UseInternetPorts (REG_SZ) = Y; restart the machine.
rem
rem For the own firewall of each host that is asked. Run it on that host, elevated, with the host's name in the
rem configuration. A rule that is there already is replaced by itself, so it may run twice.
rem
rem   rules.cmd NODE1
rem   netsh advfirewall firewall delete rule name="..."   takes one of them away
if /i "%~1"=="NODE1" goto host_1
if /i "%~1"=="NODE2" goto host_2
if /i "%~1"=="BTS01" goto host_3
if /i "%~1"=="SQL01" goto host_4
if /i "%~1"=="BTS02" goto host_5
echo Name one of these hosts: NODE1 NODE2 BTS01 SQL01 BTS02
exit /b 2

:host_1
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-6fce9ce45939)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-6fce9ce45939)" dir=in action=allow protocol=TCP localip=192.0.2.30 localport=135,49152-65535 remoteip=192.0.2.11 description="required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Seconda..."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-91516bf793d1)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-91516bf793d1)" dir=in action=allow protocol=TCP localip=192.0.2.30 localport=135,49152-65535 remoteip=192.0.2.12 description="required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Seconda..."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-f2e5d731b0f5)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-f2e5d731b0f5)" dir=in action=allow protocol=UDP localip=192.0.2.30 localport=10135 remoteip=192.0.2.11 description="monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-c79bebfa1ffa)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-c79bebfa1ffa)" dir=in action=allow protocol=UDP localip=192.0.2.30 localport=10135 remoteip=192.0.2.12 description="monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, TCP 10135 (ssoreach-2caa7167e134)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, TCP 10135 (ssoreach-2caa7167e134)" dir=in action=allow protocol=TCP localip=192.0.2.31 localport=10135 remoteip=198.51.100.9 description="monitoring. ssoreach agents: Prometheus collects what each agent found."
if errorlevel 1 exit /b 1
exit /b 0

:host_2
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-151012a01b93)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-151012a01b93)" dir=in action=allow protocol=TCP localip=192.0.2.30 localport=135,49152-65535 remoteip=192.0.2.11 description="required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Seconda..."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-2809a21d8451)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-2809a21d8451)" dir=in action=allow protocol=TCP localip=192.0.2.30 localport=135,49152-65535 remoteip=192.0.2.12 description="required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Seconda..."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-076d1159dace)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-076d1159dace)" dir=in action=allow protocol=UDP localip=192.0.2.30 localport=10135 remoteip=192.0.2.11 description="monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-c3dc1d38e036)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-c3dc1d38e036)" dir=in action=allow protocol=UDP localip=192.0.2.30 localport=10135 remoteip=192.0.2.12 description="monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, TCP 10135 (ssoreach-3fcb621bc8b2)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, TCP 10135 (ssoreach-3fcb621bc8b2)" dir=in action=allow protocol=TCP localip=192.0.2.32 localport=10135 remoteip=198.51.100.9 description="monitoring. ssoreach agents: Prometheus collects what each agent found."
if errorlevel 1 exit /b 1
exit /b 0

:host_3
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-b183a4a457b1)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-b183a4a457b1)" dir=in action=allow protocol=TCP localip=192.0.2.11 localport=135,49152-65535 remoteip=192.0.2.31,192.0.2.32 description="required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Seconda..."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-df393239ae47)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-df393239ae47)" dir=in action=allow protocol=UDP localip=192.0.2.11 localport=10135 remoteip=192.0.2.31,192.0.2.32 description="monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, TCP 10135 (ssoreach-2b05a0b1541f)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, TCP 10135 (ssoreach-2b05a0b1541f)" dir=in action=allow protocol=TCP localip=192.0.2.11 localport=10135 remoteip=198.51.100.9 description="monitoring. ssoreach agents: Prometheus collects what each agent found."
if errorlevel 1 exit /b 1
exit /b 0

:host_4
netsh advfirewall firewall delete rule name="ssoreach: SQL Server, TCP 1433 (ssoreach-b5604bb17820)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: SQL Server, TCP 1433 (ssoreach-b5604bb17820)" dir=in action=allow protocol=TCP localip=192.0.2.51 localport=1433 remoteip=192.0.2.11,192.0.2.31,192.0.2.32 description="required. SQL Server: To create and connect to the SSO database."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: SQL Server, TCP 1433 (ssoreach-ac421b0cf86d)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: SQL Server, TCP 1433 (ssoreach-ac421b0cf86d)" dir=in action=allow protocol=TCP localip=192.0.2.51 localport=1433 remoteip=192.0.2.12 description="required. SQL Server: To create and connect to the SSO database."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: DTC, TCP 135, 49152-65535 (ssoreach-a2227bb67c68)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: DTC, TCP 135, 49152-65535 (ssoreach-a2227bb67c68)" dir=in action=allow protocol=TCP localip=192.0.2.51 localport=135,49152-65535 remoteip=192.0.2.11 description="optional. DTC: Transacted connection to SQL Server to connect to the SSO database; DTC: Secondary RPC ports."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: DTC, TCP 135, 49152-65535 (ssoreach-a3c71e2c8689)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: DTC, TCP 135, 49152-65535 (ssoreach-a3c71e2c8689)" dir=in action=allow protocol=TCP localip=192.0.2.51 localport=135,49152-65535 remoteip=192.0.2.12 description="optional. DTC: Transacted connection to SQL Server to connect to the SSO database; DTC: Secondary RPC ports."
if errorlevel 1 exit /b 1
exit /b 0

:host_5
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-7de5b6ca2826)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 135, 49152-65535 (ssoreach-7de5b6ca2826)" dir=in action=allow protocol=TCP localip=192.0.2.12 localport=135,49152-65535 remoteip=192.0.2.31,192.0.2.32 description="required. Single Sign-On service: Transacted connection to SQL Server for the Single Sign-On service to retrieve the master secret key from the master secret server; Single Sign-On service: Seconda..."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-8dca89eb040c)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, UDP 10135 (ssoreach-8dca89eb040c)" dir=in action=allow protocol=UDP localip=192.0.2.12 localport=10135 remoteip=192.0.2.31,192.0.2.32 description="monitoring. ssoreach agents: To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: ssoreach agents, TCP 10135 (ssoreach-4427adecf821)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: ssoreach agents, TCP 10135 (ssoreach-4427adecf821)" dir=in action=allow protocol=TCP localip=192.0.2.12 localport=10135 remoteip=198.51.100.9 description="monitoring. ssoreach agents: Prometheus collects what each agent found."
if errorlevel 1 exit /b 1
exit /b 0
