# Run by prove-pipe-security.ps1 as the second user: asks for the pipe in several ways and writes the error codes (0 is success) as JSON.
# With -Squat it takes the pipe instead, and holds it until the file named by -Until exists.
param(
    [Parameter(Mandatory = $true)] [string] $Path,
    [Parameter(Mandatory = $true)] [string] $Result,
    [switch] $Squat,
    [string] $Until
)
$ErrorActionPreference = 'Stop'
# The compiler behind Add-Type needs a folder that this user may write to.
$env:TEMP = $env:TMP = $PSScriptRoot
Add-Type -Path (Join-Path $PSScriptRoot 'PipeProbe.cs')

function Write-Result([hashtable] $Values) {
    # Written under another name first: who waits for it must never see half of it.
    $Values | ConvertTo-Json | Set-Content -Path "$Result.part" -Encoding ASCII
    Rename-Item -Path "$Result.part" -NewName (Split-Path $Result -Leaf)
}

if ($Squat) {
    $pipe = [PipeProbe]::CreateInstance($Path, $true, 'D:P(A;;GA;;;WD)')
    Write-Result @{ squatting = 0 }
    while (-not (Test-Path $Until)) { Start-Sleep -Milliseconds 100 }
    $pipe.Dispose()
    exit 0
}

Write-Result @{
    readWrite        = [PipeProbe]::Open($Path, [PipeProbe]::ReadWrite, 0)
    genericReadWrite = [PipeProbe]::Open($Path, [PipeProbe]::GenericReadWrite, 0)
    readOnly         = [PipeProbe]::Open($Path, [PipeProbe]::GenericRead, 0)
    instance         = [PipeProbe]::TryCreateInstance($Path, $false, 'D:P(A;;GA;;;WD)')
}
