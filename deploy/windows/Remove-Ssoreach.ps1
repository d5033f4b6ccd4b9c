#Requires -Version 5.1
<#
.SYNOPSIS
    Takes ssoreach off servers, one after another.
.DESCRIPTION
    For each server: removes the service, its firewall rules and what it told Windows about itself, then the folder of the
    program and those that Update-Ssoreach.ps1 keeps beside it. Configuration, key and what the agent remembers stay unless
    -Purge is given. At the first server where something is wrong it stops.

    Take Remove-Ssoreach.ps1, Rollout.ps1 and OnHost.ps1 together: they stand in the folder `scripts` of the bundle.
.PARAMETER ComputerName
    The servers.
.PARAMETER Purge
    With configuration, key and what the agent remembers.
.PARAMETER InstallPath
    Where the program is on each server.
.PARAMETER Credential
    Whose rights to use on the servers: an administrator of them. Without it your own.
.EXAMPLE
    .\Remove-Ssoreach.ps1 -ComputerName 'BTS01', 'BTS02'
.EXAMPLE
    .\Remove-Ssoreach.ps1 -ComputerName BTS01 -Purge -Confirm:$false
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    [Parameter(Mandatory = $true)] [ValidateNotNullOrEmpty()] [string[]] $ComputerName,
    [switch] $Purge,
    [ValidateNotNullOrEmpty()] [string] $InstallPath = 'C:\Program Files\ssoreach',
    [System.Management.Automation.PSCredential] $Credential = [System.Management.Automation.PSCredential]::Empty
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
. (Join-Path -Path $PSScriptRoot -ChildPath 'Rollout.ps1')

$InstallPath = $InstallPath.TrimEnd('\')
$what = 'remove ssoreach'
if ($Purge) {
    $what = 'remove ssoreach, its configuration, its key and what it remembers'
}
$done = @()
foreach ($computer in $ComputerName) {
    if (-not $PSCmdlet.ShouldProcess($computer, $what)) {
        continue
    }
    $session = $null
    try {
        $session = Open-HostSession -ComputerName $computer -Credential $Credential
        Invoke-Command -Session $session -ScriptBlock {
            param($InstallPath, $Purge)
            $program = Join-Path -Path $InstallPath -ChildPath 'ssoreach.exe'
            # Nothing but a folder with this program in it is ever removed.
            if (-not (Test-Path -LiteralPath $program)) {
                throw "There is no ssoreach in $InstallPath."
            }
            $arguments = @('service', 'uninstall')
            if ($Purge) {
                $arguments += @('--purge')
            }
            Invoke-Program -Program $program -Arguments $arguments
            foreach ($ending in @('', '.previous', '.new', '.failed', '.aside')) {
                Remove-Folder -Folder "$InstallPath$ending"
            }
        } -ArgumentList $InstallPath, $Purge.IsPresent | ForEach-Object -Process { Write-Verbose -Message "${computer}: $_" }
        $done += $computer
        Write-Output -InputObject "${computer}: removed"
    }
    catch {
        throw "${computer}: $($_.Exception.Message) Stopped here. Done: $($done -join ', ')."
    }
    finally {
        if ($null -ne $session) {
            Remove-PSSession -Session $session
        }
    }
}
