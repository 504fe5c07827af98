<#
Proves on a real Windows machine:

  T16  a program with fewer rights gets a clear error when it dials the window of one with more, in reasonable time; two programs of the
       same rights connect, and with allowLowerIntegrity so do these

The server runs in this elevated prompt, the client by way of runas with the rights of an ordinary user.

Needs: an ELEVATED prompt of Windows PowerShell 5.1, node 22.18 or newer on the path, and the built repository (npm run build).

    powershell -ExecutionPolicy Bypass -File scripts\windows-security\prove-message-filter.ps1

Ends with 0 if all is proved, else with 1.
#>
$ErrorActionPreference = 'Stop'
$principal = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Run this in an elevated prompt: the server has to have more rights than its client.'
}
$node = (Get-Command node).Source
$peer = Join-Path $PSScriptRoot 'conformance-peer.mjs'
$endpoint = 'copydata:rights-' + [guid]::NewGuid().ToString('N').Substring(0, 8)
$folder = Join-Path $env:PUBLIC ('crosspane-rights-' + [guid]::NewGuid().ToString('N').Substring(0, 8))
New-Item -ItemType Directory $folder | Out-Null
icacls $folder /grant '*S-1-5-32-545:(OI)(CI)M' | Out-Null
$failures = 0
$admitting = $null
function Test-That([string] $What, [bool] $Holds, $Found) {
    if ($Holds) { Write-Host "ok      $What" }
    else { $script:failures++; Write-Host "FAILED  $What (found: $Found)" }
}
function Wait-ForReport([string] $File) {
    for ($i = 0; $i -lt 60 -and -not (Test-Path $File); $i++) { Start-Sleep -Milliseconds 500 }
    if (Test-Path $File) { Start-Sleep -Milliseconds 200; return (Get-Content $File -Raw).Trim() }
    return 'nothing in 30 s'
}
$server = Start-Process $node -ArgumentList "`"$peer`"", 'serve', $endpoint -PassThru -NoNewWindow
try {
    Start-Sleep 2
    Start-Process $node -ArgumentList "`"$peer`"", 'call', $endpoint, "`"$folder\same.txt`"" -NoNewWindow -Wait
    $same = Wait-ForReport "$folder\same.txt"
    Test-That 'T16 control: a client of the same rights connects' ($same -like 'right*') $same
    runas /trustlevel:0x20000 "`"$node`" `"$peer`" call $endpoint `"$folder\less.txt`"" | Out-Null
    $less = Wait-ForReport "$folder\less.txt"
    Test-That 'T16 a client of fewer rights is told so, or finds nobody, within 30 s' ($less -like '*RpcError*') $less

    $admitting = Start-Process $node -ArgumentList "`"$peer`"", 'serve', "$endpoint-admit", 'admit' -PassThru -NoNewWindow
    Start-Sleep 2
    runas /trustlevel:0x20000 "`"$node`" `"$peer`" call $endpoint-admit `"$folder\admitted.txt`"" | Out-Null
    $admitted = Wait-ForReport "$folder\admitted.txt"
    Test-That 'T16 a server with allowLowerIntegrity lets it in' ($admitted -like 'right*') $admitted
} finally {
    if ($null -ne $admitting) { Stop-Process $admitting -Force }
    Stop-Process $server -Force
    Remove-Item -Recurse -Force $folder
}
exit [int]($failures -gt 0)
