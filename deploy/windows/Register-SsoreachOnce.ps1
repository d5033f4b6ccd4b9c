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
    ssoreach.exe, in a folder that only administrators may write, or it is refused: the task runs it with its account's
    rights.
.PARAMETER Configuration
    The configuration, which only administrators may write, too. Without it ssoreach\ssoreach.yaml in %ProgramData%.
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

function Assert-OfAdministrator {
    <#
    .SYNOPSIS
        An error when who is no administrator can change a file or folder: the task would run what they put there.
    .PARAMETER Place
        It is there.
    .PARAMETER Harm
        The rights that count. Without it all that change it: the generic ones too, and those to its list and owner.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Place,
        [int] $Harm = 0x500D0046
    )
    $installer = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'
    $me = [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value
    $trusted = @('S-1-5-18', 'S-1-5-32-544', $installer, $me)
    $number = [System.Security.Principal.SecurityIdentifier]
    $access = Get-Acl -LiteralPath $Place
    $found = @($access.GetOwner($number).Value)
    foreach ($rule in $access.GetAccessRules($true, $true, $number)) {
        $inheritOnly = [int] $rule.PropagationFlags -band 2
        # S-1-3-0 and S-1-3-4 stand for the owner, who is judged anyway.
        $isOwner = @('S-1-3-0', 'S-1-3-4') -contains $rule.IdentityReference.Value
        if ("$($rule.AccessControlType)" -eq 'Allow' -and -not $inheritOnly -and -not $isOwner) {
            if ([int] $rule.FileSystemRights -band $Harm) {
                $found += $rule.IdentityReference.Value
            }
        }
    }
    $others = @($found | Where-Object -FilterScript { $trusted -notcontains $_ -and $_ -notmatch '\AS-1-5-21-.+-(500|512|519)\z' })
    if ($others.Count -gt 0) {
        throw "$Place can be changed by $($others -join ', '), and the task would run with more rights than they have."
    }
}

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
$folder = Split-Path -Path $Program -Parent
foreach ($item in @(Get-Item -LiteralPath $folder, $Configuration -Force) + @(Get-ChildItem -LiteralPath $folder -Recurse -Force)) {
    Assert-OfAdministrator -Place $item.FullName
}
foreach ($place in @($folder, $Configuration)) {
    # Above it only who could rename or delete it counts: everybody may make new things in some of these.
    while ($place = Split-Path -Path $place -Parent) {
        Assert-OfAdministrator -Place $place -Harm 0x100D0040
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
