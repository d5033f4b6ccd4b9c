#Requires -Version 5.1
<#
.SYNOPSIS
    Installs ssoreach as a service on servers, one after another.
.DESCRIPTION
    For each server: copies the bundle by PowerShell remoting, compares its hash and that of every file, unpacks it,
    makes the folder of configuration and key with a tight access list, copies these into it over the encrypted session,
    has the configuration checked, installs and starts the service, and waits until its agent is ready. At the first
    server where something is wrong it stops; the servers behind it are left as they are.

    A server that has ssoreach already is refused: that is for Update-Ssoreach.ps1.

    Take Install-Ssoreach.ps1, Rollout.ps1 and OnHost.ps1 together: they stand in the folder `scripts` of the bundle.
.PARAMETER ComputerName
    The servers, in the order in which they are to be done.
.PARAMETER Archive
    The bundle, ssoreach-VERSION-win64.zip.
.PARAMETER Hash
    Its SHA-256, from where you trust it. Without it that of the file ARCHIVE.sha256 is taken, which shows a damaged copy,
    but not one that somebody changed together with that file.
.PARAMETER Configuration
    ssoreach.yaml, the same for all servers.
.PARAMETER KeyFile
    The site's key. It comes to be keys\NAME beside the configuration, and has to be called so there: key_file: keys/NAME.
.PARAMETER Account
    The service's account, without a password: a group managed service account as CONTOSO\name$, or LocalSystem. Without
    it NT SERVICE\ssoreach.
.PARAMETER NoFirewallRules
    Leave the servers' own firewalls alone. Without it the agents of the configuration are let in, to this program alone.
.PARAMETER Scraper
    Addresses, names or networks that may read metrics, such as Prometheus'.
.PARAMETER InstallPath
    Where the program goes on each server. Only administrators may be able to write there.
.PARAMETER Seconds
    How long an agent may take to be ready.
.PARAMETER Credential
    Whose rights to use on the servers: an administrator of them. Without it your own.
.EXAMPLE
    .\Install-Ssoreach.ps1 -ComputerName 'BTS01', 'BTS02', 'MSS' -Archive .\ssoreach-1.0-win64.zip -Configuration .\ssoreach.yaml -KeyFile .\site.key -Scraper 192.0.2.99
.EXAMPLE
    .\Install-Ssoreach.ps1 -ComputerName BTS01 -Archive .\ssoreach-1.0-win64.zip -Configuration .\ssoreach.yaml -WhatIf
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
param(
    [Parameter(Mandatory = $true)] [ValidateNotNullOrEmpty()] [string[]] $ComputerName,
    [Parameter(Mandatory = $true)] [ValidateNotNullOrEmpty()] [string] $Archive,
    [string] $Hash = '',
    [Parameter(Mandatory = $true)] [ValidateNotNullOrEmpty()] [string] $Configuration,
    [string] $KeyFile = '',
    [string] $Account = '',
    [switch] $NoFirewallRules,
    [string[]] $Scraper = @(),
    [ValidateNotNullOrEmpty()] [string] $InstallPath = 'C:\Program Files\ssoreach',
    [ValidateRange(10, 3600)] [int] $Seconds = 180,
    [System.Management.Automation.PSCredential] $Credential = [System.Management.Automation.PSCredential]::Empty
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
. (Join-Path -Path $PSScriptRoot -ChildPath 'Rollout.ps1')

$InstallPath = $InstallPath.TrimEnd('\')
$due = Get-DueHash -Archive $Archive -Hash $Hash
$done = @()
foreach ($computer in $ComputerName) {
    if (-not $PSCmdlet.ShouldProcess($computer, "install ssoreach in $InstallPath, and start its service")) {
        continue
    }
    $session = $null
    try {
        $session = Open-HostSession -ComputerName $computer -Credential $Credential
        Invoke-Command -Session $session -ScriptBlock {
            if ((Test-Path -LiteralPath $args[0]) -or (Get-Service -Name 'ssoreach' -ErrorAction SilentlyContinue)) {
                throw 'There is a ssoreach here already. Use Update-Ssoreach.ps1, or Remove-Ssoreach.ps1 first.'
            }
        } -ArgumentList $InstallPath
        $null = Send-Bundle -Session $session -Archive $Archive -Hash $due -InstallPath $InstallPath
        $data = Invoke-Command -Session $session -ScriptBlock { New-DataFolder }
        $file = "$data\ssoreach.yaml"
        Copy-Item -LiteralPath $Configuration -Destination $file -ToSession $session
        if ($KeyFile -ne '') {
            $key = "$data\keys\$(Split-Path -Path $KeyFile -Leaf)"
            Copy-Item -LiteralPath $KeyFile -Destination $key -ToSession $session
        }
        Invoke-Command -Session $session -ScriptBlock {
            param($InstallPath, $Configuration, $Account, $WithRules, $Scrapers, $Seconds)
            Move-Folder -From "$InstallPath.new\ssoreach" -To $InstallPath
            Remove-Folder -Folder "$InstallPath.new"
            $program = Join-Path -Path $InstallPath -ChildPath 'ssoreach.exe'
            $null = Invoke-Program -Program $program -Arguments @('check-config', '--config', $Configuration)
            $arguments = @('service', 'install', '--config', $Configuration, '--start')
            if ($Account -ne '') {
                $arguments += @('--account', $Account)
            }
            if ($WithRules) {
                $arguments += @('--firewall-scope')
                foreach ($scraper in $Scrapers) {
                    $arguments += @('--scraper', $scraper)
                }
            }
            Invoke-Program -Program $program -Arguments $arguments
            Wait-Ready -Program $program -Configuration $Configuration -Seconds $Seconds
        } -ArgumentList $InstallPath, $file, $Account, (-not $NoFirewallRules), $Scraper, $Seconds |
            ForEach-Object -Process { Write-Verbose -Message "${computer}: $_" }
        $done += $computer
        Write-Output -InputObject "${computer}: ready"
    }
    catch {
        throw "${computer}: $($_.Exception.Message) Stopped here. Done: $($done -join ', '). To go back on this one: " +
            "Remove-Ssoreach.ps1 -ComputerName $computer"
    }
    finally {
        if ($null -ne $session) {
            Remove-PSSession -Session $session
        }
    }
}
