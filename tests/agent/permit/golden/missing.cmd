@echo off
setlocal DisableDelayedExpansion
rem Firewall change request of the site contoso: what was found shut
rem By what BTS01 knew at noon.
rem To be looked at, as it may be shut, and nobody has shown it (no rule is asked for):
rem - BTS01 to SQL01, SQL Server: 192.0.2.11 to 192.0.2.51, TCP 1433
rem Not known, so that rules may be missing:
rem - BTS02 did not tell.
rem Instead of the dynamic range: fixed ports.
rem The documentation says: 'You can change to larger dynamic port range or better use fixed port for MSDTC and EntSSO services.' These rules ask for TCP 50100-50199, 50900, 101 ports.
rem For the SSO service (ENTSSO) there is no documented registry value for a fixed port. What is left is a smaller range for all RPC services of the machine.
rem A smaller range should have 1,000 ports or more and begin at 20000 or above: all RPC services of the machine share it. Set it on every machine that is asked.
rem TCP 135 is needed all the same.
rem Then write it into the configuration, so that it is what is probed and asked for: rpc.dynamic_ports, or fixed_ports with the service's name.
rem MSDTC at a fixed port: HKLM\SOFTWARE\Microsoft\MSDTC, ServerTcpPort (REG_DWORD) = the port; restart MSDTC.
rem MSDTC of a cluster: HKLM\Cluster\Resources\(GUID of the DTC resource)\MSDTCPRIVATE\MSDTC, ServerTcpPort (REG_DWORD) = a port of its own for each instance; restart MSDTC.
rem A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, Ports (REG_MULTI_SZ) = for example 20000-20999; restart the machine.
rem A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, PortsInternetAvailable (REG_SZ) = Y; restart the machine.
rem A smaller range for RPC: HKLM\SOFTWARE\Microsoft\Rpc\Internet, UseInternetPorts (REG_SZ) = Y; restart the machine.
rem No rule of a host: answers from 192.0.2.11, TCP 50100-50199, 50900, to 192.0.2.30 are dropped on the way
rem
rem For the own firewall of each host that is asked. Run it on that host, elevated, with the host's name in the
rem configuration. A rule that is there already is replaced by itself, so it may run twice.
rem
rem   rules.cmd NODE1
rem   netsh advfirewall firewall delete rule name="..."   takes one of them away
if /i "%~1"=="NODE1" goto host_1
if /i "%~1"=="NODE2" goto host_2
echo Name one of these hosts: NODE1 NODE2
exit /b 2

:host_1
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 50100-50199, 50900 (ssoreach-61d7ffa89230)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 50100-50199, 50900 (ssoreach-61d7ffa89230)" dir=in action=allow protocol=TCP localip=192.0.2.30 localport=50100-50199,50900 remoteip=192.0.2.11 description="required. Single Sign-On service: Secondary RPC ports."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 50100-50199, 50900 (ssoreach-3833086271ca)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 50100-50199, 50900 (ssoreach-3833086271ca)" dir=in action=allow protocol=TCP localip=2001:db8::30 localport=50100-50199,50900 remoteip=2001:db8::11 description="optional. Single Sign-On service: Secondary RPC ports."
if errorlevel 1 exit /b 1
exit /b 0

:host_2
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 50100-50199, 50900 (ssoreach-e090b6ef4cad)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 50100-50199, 50900 (ssoreach-e090b6ef4cad)" dir=in action=allow protocol=TCP localip=192.0.2.30 localport=50100-50199,50900 remoteip=192.0.2.11 description="required. Single Sign-On service: Secondary RPC ports."
if errorlevel 1 exit /b 1
netsh advfirewall firewall delete rule name="ssoreach: Single Sign-On service, TCP 50100-50199, 50900 (ssoreach-efa535fefe5b)" >nul 2>&1
netsh advfirewall firewall add rule name="ssoreach: Single Sign-On service, TCP 50100-50199, 50900 (ssoreach-efa535fefe5b)" dir=in action=allow protocol=TCP localip=2001:db8::30 localport=50100-50199,50900 remoteip=2001:db8::11 description="optional. Single Sign-On service: Secondary RPC ports."
if errorlevel 1 exit /b 1
exit /b 0
