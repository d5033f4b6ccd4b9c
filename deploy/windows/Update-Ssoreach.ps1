#Requires -Version 5.1
<#
.SYNOPSIS
    Puts another version of ssoreach on servers, one after another, and goes back where it does not get ready.
.DESCRIPTION
    For each server: copies and unpacks the bundle beside the one that runs, compares its hash and that of every file, has
    the new version check the server's configuration, stops the service, exchanges the folders, starts the service, and
    waits until its agent is ready. If it does not get ready the folder that was there comes back, and runs again. At the
    first server where something is wrong it stops; the servers behind it are left as they are.

    Agents of neighbouring versions understand one another, so that a site may be half-way for as long as it takes.
    The version before stays in INSTALLPATH.previous; -Previous goes back to it. Account, configuration, key and firewall
    rules stay as they are.

    Take Update-Ssoreach.ps1, Rollout.ps1 and OnHost.ps1 together: they stand in the folder `scripts` of the bundle.
.PARAMETER ComputerName
    The servers, in the order in which they are to be done.
.PARAMETER Archive
    The bundle, ssoreach-VERSION-win64.zip.
.PARAMETER Hash
    Its SHA-256, from where you trust it. Without it that of the file ARCHIVE.sha256 is taken, which shows a damaged copy,
    but not one that somebody changed together with that file.
.PARAMETER Previous
    Instead of an archive: go back to the version that was there before. Used twice it changes nothing.
.PARAMETER Configuration
    Where the agent's file is on the servers. Without it ssoreach\ssoreach.yaml in %ProgramData%.
.PARAMETER InstallPath
    Where the program is on each server.
.PARAMETER Seconds
    How long an agent may take to be ready.
.PARAMETER Credential
    Whose rights to use on the servers: an administrator of them. Without it your own.
.EXAMPLE
    .\Update-Ssoreach.ps1 -ComputerName 'BTS01', 'BTS02', 'MSS' -Archive .\ssoreach-1.1-win64.zip
.EXAMPLE
    .\Update-Ssoreach.ps1 -ComputerName 'BTS01', 'BTS02' -Previous -Confirm
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium', DefaultParameterSetName = 'Archive')]
param(
    [Parameter(Mandatory = $true)] [ValidateNotNullOrEmpty()] [string[]] $ComputerName,
    [Parameter(Mandatory = $true, ParameterSetName = 'Archive')] [ValidateNotNullOrEmpty()] [string] $Archive,
    [Parameter(ParameterSetName = 'Archive')] [string] $Hash = '',
    [Parameter(Mandatory = $true, ParameterSetName = 'Previous')] [switch] $Previous,
    [string] $Configuration = '',
    [ValidateNotNullOrEmpty()] [string] $InstallPath = 'C:\Program Files\ssoreach',
    [ValidateRange(10, 3600)] [int] $Seconds = 180,
    [System.Management.Automation.PSCredential] $Credential = [System.Management.Automation.PSCredential]::Empty
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
. (Join-Path -Path $PSScriptRoot -ChildPath 'Rollout.ps1')

$InstallPath = $InstallPath.TrimEnd('\')
$what = 'go back to the version of ssoreach that was there before'
$next = "$InstallPath.previous"
$due = ''
if (-not $Previous) {
    $due = Get-DueHash -Archive $Archive -Hash $Hash
    $what = "update ssoreach from $Archive"
    $next = "$InstallPath.new\ssoreach"
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
            if (-not (Test-Path -LiteralPath (Join-Path -Path $args[0] -ChildPath 'ssoreach.exe'))) {
                throw "There is no ssoreach in $($args[0]). Use Install-Ssoreach.ps1."
            }
        } -ArgumentList $InstallPath
        if (-not $Previous) {
            $null = Send-Bundle -Session $session -Archive $Archive -Hash $due -InstallPath $InstallPath
        }
        Invoke-Command -Session $session -ScriptBlock {
            param($InstallPath, $Next, $Configuration, $Seconds)
            if ($Configuration -eq '') {
                $Configuration = Join-Path -Path $env:ProgramData -ChildPath 'ssoreach\ssoreach.yaml'
            }
            $new = Join-Path -Path $Next -ChildPath 'ssoreach.exe'
            if (-not (Test-Path -LiteralPath $new)) {
                throw "There is no $new to take."
            }
            $null = Invoke-Program -Program $new -Arguments @('check-config', '--config', $Configuration)
            $how = @{
                InstallPath   = $InstallPath
                Next          = $Next
                Kept          = "$InstallPath.previous"
                Configuration = $Configuration
                Seconds       = $Seconds
            }
            Switch-Version @how
            Remove-Folder -Folder "$InstallPath.new"
        } -ArgumentList $InstallPath, $next, $Configuration, $Seconds
        $done += $computer
        Write-Output -InputObject "${computer}: ready"
    }
    catch {
        $back = ''
        if ($done.Count -gt 0) {
            $back = "Done: $($done -join ', '). To go back there: Update-Ssoreach.ps1 -Previous -ComputerName $($done -join ', ')"
        }
        throw "${computer}: $($_.Exception.Message) Stopped here. $back"
    }
    finally {
        if ($null -ne $session) {
            Remove-PSSession -Session $session
        }
    }
}
