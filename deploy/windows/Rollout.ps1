<#
.SYNOPSIS
    What Install-, Update- and Remove-Ssoreach.ps1 have in common on the machine where they are started.
#>

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Get-DueHash {
    <#
    .SYNOPSIS
        The SHA-256 that an archive has to have: as told, or as the file beside it says. An error unless it has it.
    .PARAMETER Archive
        The zip.
    .PARAMETER Hash
        As told; empty: it is read from the file beside the archive, which shows damage, but not a changed archive.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Archive,
        [string] $Hash = ''
    )
    if ($Hash -eq '') {
        $Hash = @((Get-Content -LiteralPath "$Archive.sha256" -TotalCount 1) -split ' ')[0]
    }
    if ($Hash -notmatch '\A[0-9A-Fa-f]{64}\z') {
        throw "$Hash is no SHA-256, which has 64 digits from 0 to f."
    }
    $found = (Get-FileHash -LiteralPath $Archive -Algorithm SHA256).Hash
    if ($found -ne $Hash) {
        throw "$Archive has the SHA-256 $found, and not $Hash. Nothing was done."
    }
    $Hash
}

function Open-HostSession {
    <#
    .SYNOPSIS
        A session on a host, with what OnHost.ps1 knows in it. Whoever opens it removes it.
    .PARAMETER ComputerName
        The host.
    .PARAMETER Credential
        Whose rights to use there; none: one's own.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $ComputerName,
        [System.Management.Automation.PSCredential] $Credential = [System.Management.Automation.PSCredential]::Empty
    )
    $how = @{ ComputerName = $ComputerName }
    if ($Credential -ne [System.Management.Automation.PSCredential]::Empty) {
        $how['Credential'] = $Credential
    }
    $session = New-PSSession @how
    try {
        $null = Invoke-Command -Session $session -FilePath (Join-Path -Path $PSScriptRoot -ChildPath 'OnHost.ps1')
    }
    catch {
        Remove-PSSession -Session $session
        throw
    }
    $session
}

function Send-Bundle {
    <#
    .SYNOPSIS
        Copies the archive to a host, has it unpacked and compared there. Gives the path of the new ssoreach.exe.
    .PARAMETER Session
        On that host.
    .PARAMETER Archive
        The zip, here.
    .PARAMETER Hash
        Its hash.
    .PARAMETER InstallPath
        Where the program is to be. It is unpacked beside that, where only administrators may write as well.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [System.Management.Automation.Runspaces.PSSession] $Session,
        [Parameter(Mandatory = $true)] [string] $Archive,
        [Parameter(Mandatory = $true)] [string] $Hash,
        [Parameter(Mandatory = $true)] [string] $InstallPath
    )
    $zip = "$InstallPath.zip"
    Copy-Item -LiteralPath $Archive -Destination $zip -ToSession $Session
    try {
        Invoke-Command -Session $Session -ScriptBlock {
            Expand-Bundle -Archive $args[0] -Hash $args[1] -Destination $args[2]
        } -ArgumentList $zip, $Hash, "$InstallPath.new"
    }
    finally {
        Invoke-Command -Session $Session -ScriptBlock { Remove-Item -LiteralPath $args[0] -Force } -ArgumentList $zip
    }
}
