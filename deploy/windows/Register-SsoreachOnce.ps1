#Requires -Version 5.1
#Requires -RunAsAdministrator
<#
.SYNOPSIS
    Has Windows' task scheduler probe every path once in a while, for windows_exporter, where no service is allowed.
.DESCRIPTION
    A task runs `ssoreach.exe once --format prom`, which replaces a file for windows_exporter's textfile collector. Nothing
    listens between two runs, nothing is remembered, and ranges are judged from this end alone. Two runs never overlap, and
    one that hangs is ended. The task runs once right away; an error says what came of it.

    Again for the same task it renews it. On many servers: Invoke-Command -FilePath.
.PARAMETER Program
    ssoreach.exe, in a folder that only administrators may write: the task runs it with its account's rights.
.PARAMETER Configuration
    The configuration. Without it ssoreach\ssoreach.yaml in %ProgramData%.
.PARAMETER Output
    The file for the collector; its name ends in .prom.
.PARAMETER Minutes
    From one run to the next.
.PARAMETER Account
    SYSTEM, or a group managed service account as CONTOSO\name$. It has to be able to read the configuration, and to write
    in the folder of the output.
.PARAMETER TaskName
    What the task is called.
.PARAMETER Unregister
    Remove the task. The file stays, and grows old: remove it, too.
.EXAMPLE
    .\Register-SsoreachOnce.ps1
.EXAMPLE
    .\Register-SsoreachOnce.ps1 -Account 'CONTOSO\gmsa-ssoreach$' -Minutes 10 -Output D:\textfile\ssoreach.prom
.EXAMPLE
    Invoke-Command -ComputerName 'BTS01', 'BTS02' -FilePath .\Register-SsoreachOnce.ps1
.EXAMPLE
    .\Register-SsoreachOnce.ps1 -Unregister
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
param(
    [ValidateNotNullOrEmpty()] [string] $Program = 'C:\Program Files\ssoreach\ssoreach.exe',
    [string] $Configuration = '',
    [ValidatePattern('\.prom\z')] [string] $Output = 'C:\Program Files\windows_exporter\textfile_inputs\ssoreach.prom',
    [ValidateRange(1, 1440)] [int] $Minutes = 5,
    [ValidateNotNullOrEmpty()] [string] $Account = 'SYSTEM',
    [ValidateNotNullOrEmpty()] [string] $TaskName = 'ssoreach-once',
    [switch] $Unregister
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

if ($Unregister) {
    if ($PSCmdlet.ShouldProcess($TaskName, 'remove the task')) {
        Unregister-ScheduledTask -TaskName $TaskName -Confirm:$false
    }
    return
}
if ($Configuration -eq '') {
    $Configuration = Join-Path -Path $env:ProgramData -ChildPath 'ssoreach\ssoreach.yaml'
}
foreach ($place in @($Program, $Configuration, (Split-Path -Path $Output -Parent))) {
    if (-not (Test-Path -LiteralPath $place)) {
        throw "$place is not there."
    }
}
if (-not $PSCmdlet.ShouldProcess($TaskName, "run $Program as $Account every $Minutes minutes, into $Output")) {
    return
}

$logon = 'Password'  # of a managed account Windows knows it, and nobody else does
if ($Account -eq 'SYSTEM') {
    $logon = 'ServiceAccount'
}
$arguments = @('once', '--config', """$Configuration""", '--no-exact', '--format', 'prom', '--output', """$Output""")
$limit = [Math]::Max(1, [Math]::Min(10, $Minutes - 1))
$task = @{
    TaskName    = $TaskName
    Description = 'Which paths of Enterprise Single Sign-On are open, for windows_exporter.'
    Action      = New-ScheduledTaskAction -Execute """$Program""" -Argument ($arguments -join ' ')
    Trigger     = New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes $Minutes)
    Settings    = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Minutes $limit) -MultipleInstances IgnoreNew -StartWhenAvailable
    Principal   = New-ScheduledTaskPrincipal -UserId $Account -LogonType $logon -RunLevel Highest
}
$null = Register-ScheduledTask @task -Force

Start-ScheduledTask -TaskName $TaskName
$end = (Get-Date).AddMinutes($limit + 1)
do {
    Start-Sleep -Seconds 2
    $state = (Get-ScheduledTask -TaskName $TaskName).State
} while (@('Running', 'Queued') -contains "$state" -and (Get-Date) -lt $end)
$code = (Get-ScheduledTaskInfo -TaskName $TaskName).LastTaskResult
# 1 and 3: something is shut, or not shown. That is an answer.
if (@(0, 1, 3) -notcontains $code) {
    throw "The task $TaskName is registered, and its first run ended with $code. By hand: & '$Program' $($arguments -join ' ')"
}
Write-Output -InputObject "$TaskName runs every $Minutes minutes as $Account; its first run ended with $code."
