<#
Proves on a real Windows machine:

  T27  a connection outlives a sleep of the machine: nobody is taken for dead, and calls are answered afterwards

It starts a server and a client that calls once a second over shm, pipe and copydata, asks you to put the machine to sleep for at least a
minute, and looks at what they say after it has woken.

Needs: node 22.18 or newer on the path, and the built repository (npm run build).

    powershell -ExecutionPolicy Bypass -File scripts\windows-security\prove-sleep.ps1

Ends with 0 if all is proved, else with 1.
#>
$ErrorActionPreference = 'Stop'
$node = (Get-Command node).Source
$peer = Join-Path $PSScriptRoot 'conformance-peer.mjs'
$caller = Join-Path $PSScriptRoot 'sleep-caller.mjs'
$folder = Join-Path ([IO.Path]::GetTempPath()) ('crosspane-sleep-' + [guid]::NewGuid().ToString('N').Substring(0, 8))
New-Item -ItemType Directory $folder | Out-Null
$failures = 0
$processes = @()
try {
    foreach ($scheme in 'shm', 'pipe', 'copydata') {
        $endpoint = "${scheme}:sleep-" + [guid]::NewGuid().ToString('N').Substring(0, 8)
        $processes += Start-Process $node -ArgumentList "`"$peer`"", 'serve', $endpoint -PassThru -NoNewWindow
        $processes += Start-Process $node -ArgumentList "`"$caller`"", $endpoint, "`"$folder\$scheme.txt`"" -PassThru -NoNewWindow
    }
    Start-Sleep 5
    $before = Get-Date
    Read-Host 'Put the machine to sleep for at least a minute, wake it, then press Enter' | Out-Null
    if (((Get-Date) - $before).TotalSeconds -lt 60) { throw 'That was less than a minute.' }
    Start-Sleep 5
    foreach ($scheme in 'shm', 'pipe', 'copydata') {
        $said = (Get-Content "$folder\$scheme.txt" -Raw).Trim()
        if ($said -match '^alive, longest gap (\d+) s$' -and [int]$Matches[1] -ge 50) { Write-Host "ok      T27 ${scheme}: $said" }
        else { $failures++; Write-Host "FAILED  T27 ${scheme}: $said (a gap of less than 50 s means that it did not sleep)" }
    }
} finally {
    $processes | Where-Object { -not $_.HasExited } | Stop-Process -Force
    Remove-Item -Recurse -Force $folder
}
exit [int]($failures -gt 0)
