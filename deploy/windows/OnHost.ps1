<#
.SYNOPSIS
    What Install-, Update- and Remove-Ssoreach.ps1 do on a host itself. They send it there; nothing of it is called by hand.
.DESCRIPTION
    For Windows PowerShell 5.1. Every function ends with an error where something is not as it should be.
#>

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Invoke-Program {
    <#
    .SYNOPSIS
        Runs a program. Its lines; an error with them when it ends with a code that is not expected.
    .PARAMETER Program
        The file to run.
    .PARAMETER Arguments
        A word each.
    .PARAMETER Expected
        The codes that are no error.
    .PARAMETER DataOnly
        Without what it says on standard error.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Program,
        [Parameter(Mandatory = $true)] [string[]] $Arguments,
        [int[]] $Expected = @(0),
        [switch] $DataOnly
    )
    # Windows PowerShell takes each line on standard error for an error of its own.
    $ErrorActionPreference = 'Continue'
    try {
        $all = @(& $Program @Arguments 2>&1)
        $code = $LASTEXITCODE
    }
    catch {
        throw "$Program could not be started. $($_.Exception.Message)"
    }
    $lines = @($all | ForEach-Object -Process { "$_" })
    if ($Expected -notcontains $code) {
        throw "$Program $($Arguments -join ' ') ended with $code. $($lines -join [Environment]::NewLine)"
    }
    if ($DataOnly) {
        $lines = @($all | Where-Object -FilterScript { $_ -isnot [System.Management.Automation.ErrorRecord] })
    }
    $lines
}

function Assert-OwnedByAdministrators {
    <#
    .SYNOPSIS
        An error when a folder or file is a link, or belongs to somebody who could let others in again.
    .PARAMETER Folder
        It is there.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string] $Folder)
    $item = Get-Item -LiteralPath $Folder -Force
    if ($item.Attributes -band [System.IO.FileAttributes]::ReparsePoint) {
        throw "$Folder is a link to another place. Remove it."
    }
    $me = [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value
    $owner = (Get-Acl -LiteralPath $Folder).GetOwner([System.Security.Principal.SecurityIdentifier]).Value
    if (@('S-1-5-18', 'S-1-5-32-544', $me) -notcontains $owner) {
        throw "$Folder belongs to $owner, who is neither SYSTEM nor the administrators. See what is in it, and remove it."
    }
}

function New-DataFolder {
    <#
    .SYNOPSIS
        The folder of configuration and keys, which administrators and SYSTEM alone may open. Gives its path.
    .DESCRIPTION
        Before anything secret is copied into it. `service install` then lets the service's account read there.
    #>
    [CmdletBinding()]
    param()
    $folder = Join-Path -Path $env:ProgramData -ChildPath 'ssoreach'
    $keys = Join-Path -Path $folder -ChildPath 'keys'
    $icacls = Join-Path -Path $env:SystemRoot -ChildPath 'System32\icacls.exe'
    foreach ($place in @($folder, $keys)) {
        if (-not (Test-Path -LiteralPath $place)) {
            $null = New-Item -ItemType Directory -Path $place
        }
        Assert-OwnedByAdministrators -Folder $place
        # What %ProgramData% hands down lets every user put files there. By number: names are translated.
        if ($place -eq $folder) {
            $null = Invoke-Program -Program $icacls -Arguments @(
                $place, '/inheritance:r', '/grant:r', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F'
            )
        }
    }
    # Until then every user could make a file there, and who made it goes on reading it, whatever is copied over it.
    foreach ($place in @($folder, $keys)) {
        foreach ($item in Get-ChildItem -LiteralPath $place -Force) {
            Assert-OwnedByAdministrators -Folder $item.FullName
        }
    }
    $folder
}

function Expand-Bundle {
    <#
    .SYNOPSIS
        Unpacks the bundle, after its hash was compared, and compares the hash of every file in it. Gives the program.
    .PARAMETER Archive
        The zip, on this host.
    .PARAMETER Hash
        What its hash has to be.
    .PARAMETER Destination
        A folder that only administrators may write. What is there is removed.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Archive,
        [Parameter(Mandatory = $true)] [string] $Hash,
        [Parameter(Mandatory = $true)] [string] $Destination
    )
    $found = (Get-FileHash -LiteralPath $Archive -Algorithm SHA256).Hash
    if ($found -ne $Hash) {
        throw "$Archive has the SHA-256 $found, and not $Hash. Nothing was unpacked."
    }
    Remove-Folder -Folder $Destination
    Expand-Archive -LiteralPath $Archive -DestinationPath $Destination
    $folder = Join-Path -Path $Destination -ChildPath 'ssoreach'
    Assert-Bundle -Folder $folder
    Join-Path -Path $folder -ChildPath 'ssoreach.exe'
}

function Assert-Bundle {
    <#
    .SYNOPSIS
        An error unless the files of a folder are those of its SHA256SUMS: none changed, none missing, none more.
    .PARAMETER Folder
        The one with ssoreach.exe in it.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string] $Folder)
    $due = @{}
    foreach ($line in Get-Content -LiteralPath (Join-Path -Path $Folder -ChildPath 'SHA256SUMS')) {
        $sum, $name = $line -split ' \*', 2
        $due[$name.Replace('/', '\')] = $sum
    }
    $root = (Get-Item -LiteralPath $Folder).FullName.TrimEnd('\').Length + 1
    $wrong = @(
        foreach ($file in Get-ChildItem -LiteralPath $Folder -Recurse -File -Force) {
            $name = $file.FullName.Substring($root)
            if ($name -eq 'SHA256SUMS') {
                continue
            }
            if (-not $due.ContainsKey($name)) {
                "$name is not in SHA256SUMS"
            }
            elseif ((Get-FileHash -LiteralPath $file.FullName -Algorithm SHA256).Hash -ne $due[$name]) {
                "$name was changed"
            }
            $due.Remove($name)
        }
        foreach ($name in $due.Keys) {
            "$name is missing"
        }
    )
    if ($wrong.Count -gt 0) {
        throw "$Folder is not what was built: $($wrong -join '; ')."
    }
}

function Invoke-Patiently {
    <#
    .SYNOPSIS
        Does something with files that others may have open for a moment: for half a minute it is tried again.
    .PARAMETER What
        What is to be done.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [scriptblock] $What)
    $end = (Get-Date).AddSeconds(30)
    while ($true) {
        try {
            & $What
            return
        }
        catch {
            if ((Get-Date) -gt $end) {
                throw "$($_.Exception.Message) Somebody may have a file of it open: Event Viewer, a monitoring agent, a scanner."
            }
            Start-Sleep -Seconds 1
        }
    }
}

function Remove-Folder {
    <#
    .SYNOPSIS
        Removes a folder, if it is there.
    .PARAMETER Folder
        Its path.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string] $Folder)
    if (Test-Path -LiteralPath $Folder) {
        Invoke-Patiently -What { Remove-Item -LiteralPath $Folder -Recurse -Force }
    }
}

function Move-Folder {
    <#
    .SYNOPSIS
        Gives a folder another name.
    .PARAMETER From
        Its name.
    .PARAMETER To
        Its new name, on the same disk; what is there is removed.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $From,
        [Parameter(Mandatory = $true)] [string] $To
    )
    Remove-Folder -Folder $To
    Invoke-Patiently -What { Move-Item -LiteralPath $From -Destination $To }
}

function Wait-Ready {
    <#
    .SYNOPSIS
        Until the service runs, its agent answers on this machine, and has found out about one path at least.
    .PARAMETER Program
        ssoreach.exe.
    .PARAMETER Configuration
        Its file.
    .PARAMETER Seconds
        How long that may take. What was wrong last is then the error.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Program,
        [Parameter(Mandatory = $true)] [string] $Configuration,
        [Parameter(Mandatory = $true)] [int] $Seconds
    )
    $end = (Get-Date).AddSeconds($Seconds)
    while ($true) {
        try {
            $null = Invoke-Program -Program $Program -Arguments @('service', 'status')
            # 1 and 3: something is shut, or not shown. That is an answer.
            $told = @(
                Invoke-Program -DataOnly -Expected @(0, 1, 3) -Program $Program -Arguments @(
                    'status', '--config', $Configuration, '--format', 'json'
                )
            )
            if ($told.Count -eq 0) {
                throw 'The service runs, and its agent does not answer yet.'
            }
            $paths = @(($told -join "`n" | ConvertFrom-Json).paths)
            $known = @($paths | Where-Object -FilterScript { $_.verdict -ne 'pending' })
            if ($paths.Count -eq 0 -or $known.Count -gt 0) {
                return
            }
            throw 'The agent answers, and has found out nothing yet.'
        }
        catch {
            if ((Get-Date) -gt $end) {
                throw "Not ready after $Seconds seconds. $($_.Exception.Message)"
            }
            Start-Sleep -Seconds 2
        }
    }
}

function Switch-Version {
    <#
    .SYNOPSIS
        Stops the service, puts another folder in the place of the program, starts it, and goes back if it is not ready.
    .PARAMETER InstallPath
        Where the program is.
    .PARAMETER Next
        The folder that is to be there.
    .PARAMETER Kept
        Where the folder goes that was there.
    .PARAMETER Configuration
        The agent's file.
    .PARAMETER Seconds
        How long the agent may take to be ready.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $InstallPath,
        [Parameter(Mandatory = $true)] [string] $Next,
        [Parameter(Mandatory = $true)] [string] $Kept,
        [Parameter(Mandatory = $true)] [string] $Configuration,
        [Parameter(Mandatory = $true)] [int] $Seconds
    )
    $program = Join-Path -Path $InstallPath -ChildPath 'ssoreach.exe'
    $isAside = $false
    $aside = "$InstallPath.aside"
    try {
        $null = Invoke-Program -Program $program -Arguments @('service', 'stop')
        Move-Folder -From $InstallPath -To $aside
        $isAside = $true
        Move-Folder -From $Next -To $InstallPath
        $null = Invoke-Program -Program $program -Arguments @('service', 'start')
        Wait-Ready -Program $program -Configuration $Configuration -Seconds $Seconds
    }
    catch {
        $why = $_.Exception.Message
        try {
            if ($isAside) {
                if (Test-Path -LiteralPath $program) {
                    $null = Invoke-Program -Program $program -Arguments @('service', 'stop')
                    Move-Folder -From $InstallPath -To "$InstallPath.failed"
                }
                Move-Folder -From $aside -To $InstallPath
            }
            $null = Invoke-Program -Program $program -Arguments @('service', 'start')
            Wait-Ready -Program $program -Configuration $Configuration -Seconds $Seconds
        }
        catch {
            throw "$why What ran before could not be brought back: $($_.Exception.Message) By hand: stop the service, " +
                "see that $InstallPath is the version that is to run ($aside has the one before), start the service."
        }
        throw "$why The version before runs again; the other one is in $InstallPath.failed, if it got that far."
    }
    try {
        Move-Folder -From $aside -To $Kept
    }
    catch {
        Write-Warning -Message "The new version runs. The one before stays in $aside, not in ${Kept}: $($_.Exception.Message)"
    }
}
