<#
Proves on a real Windows machine:

  T26  in Electron, which forbids views of foreign memory, shared memory works by the back end that copies, and pipes work too

It installs Electron into a temporary folder, runs conformance-peer.mjs in its main process against a server in Node, and removes the folder.

Needs: node 22.18 or newer and npm on the path, a network, and the built repository (npm run build).

    powershell -ExecutionPolicy Bypass -File scripts\windows-security\prove-electron.ps1

Ends with 0 if all is proved, else with 1.
#>
$ErrorActionPreference = 'Stop'
$folder = Join-Path ([IO.Path]::GetTempPath()) ('crosspane-electron-' + [guid]::NewGuid().ToString('N').Substring(0, 8))
New-Item -ItemType Directory $folder | Out-Null
$failures = 0
$server = $null
try {
    npm install --prefix $folder --no-audit --no-fund electron
    if ($LASTEXITCODE -ne 0) { throw 'Electron could not be installed.' }
    $electron = Join-Path $folder 'node_modules\electron\dist\electron.exe'
    $program = Join-Path $PSScriptRoot 'conformance-peer.mjs'
    foreach ($scheme in 'shm', 'pipe', 'copydata') {
        $endpoint = "${scheme}:electron-" + [guid]::NewGuid().ToString('N').Substring(0, 8)
        $server = Start-Process (Get-Command node).Source -ArgumentList "`"$program`"", 'serve', $endpoint -PassThru -NoNewWindow
        $report = Join-Path $folder "$scheme.txt"
        $client = Start-Process $electron -ArgumentList "`"$program`"", 'call', $endpoint, "`"$report`"" -PassThru -Wait
        $said = if (Test-Path $report) { (Get-Content $report -Raw).Trim() } else { 'nothing' }
        if ($client.ExitCode -eq 0 -and $said -like 'right*') { Write-Host "ok      T26 ${scheme}: $said" }
        else { $failures++; Write-Host "FAILED  T26 ${scheme}: exit code $($client.ExitCode), $said" }
        Stop-Process $server -Force
        $server = $null
    }
} finally {
    if ($null -ne $server) { Stop-Process $server -Force }
    Remove-Item -Recurse -Force $folder
}
exit [int]($failures -gt 0)
