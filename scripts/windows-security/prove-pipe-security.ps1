<#
Proves on a real Windows machine what Wine does not enforce, so that the tests can only hold the calls to it:

  T1  another local user can open a server's pipe neither for reading nor for writing
  T2  the pipe cannot be reached as \\localhost\pipe\..., that is, by way of the network
  T3  a name that another program has taken is refused to a server, and a client refuses another user's pipe
  T4  a user who is granted access can connect, and cannot make an instance of the pipe
  T5  a server cannot act in a client's name

Each refusal has a control beside it: the same attempt where it has to succeed. A control that fails makes its proof worthless and is
reported as a failure.

Needs: an ELEVATED prompt of Windows PowerShell 5.1 (it makes a local account with net user and deletes it at the end), the "Secondary
Logon" and "Server" services, node 22.18 or newer on the path, and the built repository (npm run build).

    powershell -ExecutionPolicy Bypass -File scripts\windows-security\prove-pipe-security.ps1

Ends with 0 if all is proved, else with 1.
#>
$ErrorActionPreference = 'Stop'

$principal = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Run this in an elevated prompt: it makes a temporary account.'
}

$peer = Join-Path $PSScriptRoot 'pipe-peer.ts'
$node = (Get-Command node).Source
$ownSid = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
$accessDenied = 5
$badImpersonationLevel = 1346
$script:failures = 0
$servers = New-Object System.Collections.ArrayList

Add-Type -Path (Join-Path $PSScriptRoot 'PipeProbe.cs')

function Test-That([string] $What, [bool] $Holds, $Found) {
    if ($Holds) { Write-Host "ok      $What" }
    else { $script:failures++; Write-Host "FAILED  $What (found: $Found)" }
}

# Starts pipe-peer.ts and gives the process and its first line. It ends when its input is closed.
function Start-Peer([string[]] $Arguments) {
    $start = New-Object Diagnostics.ProcessStartInfo
    $start.FileName = $node
    $start.Arguments = '--disable-warning=ExperimentalWarning "{0}" {1}' -f $peer, ($Arguments -join ' ')
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    [void] $servers.Add($process)
    return @{ Process = $process; Line = $process.StandardOutput.ReadLine() }
}

function Stop-Peer($Started) {
    $Started.Process.StandardInput.Close()
    if (-not $Started.Process.WaitForExit(10000)) { $Started.Process.Kill() }
}

function Get-PipePath([string] $Name) {
    $started = Start-Peer @('path', $Name)
    Stop-Peer $started
    return $started.Line
}

# Runs as-other-user.ps1 in the second account and gives what it wrote.
function Invoke-AsOther([string] $Path, [string[]] $More = @()) {
    $result = Join-Path $folder ('result-{0}.json' -f [Guid]::NewGuid())
    $arguments = @('-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', "`"$folder\as-other-user.ps1`"",
        '-Path', "`"$Path`"", '-Result', "`"$result`"") + $More
    Start-Process -FilePath "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe" -ArgumentList $arguments `
        -Credential $credential -WorkingDirectory $folder -WindowStyle Hidden
    for ($i = 0; $i -lt 600 -and -not (Test-Path $result); $i++) { Start-Sleep -Milliseconds 100 }
    if (-not (Test-Path $result)) { throw 'The second account did not answer within a minute.' }
    return Get-Content -Path $result -Raw | ConvertFrom-Json
}

$other = 'xp{0}' -f (Get-Random -Minimum 100000 -Maximum 999999)
$password = 'Xp!{0}' -f [Guid]::NewGuid().ToString('N').Substring(0, 11)
$folder = Join-Path $env:PUBLIC $other
$stop = Join-Path $folder 'stop'

try {
    & net.exe user $other $password /add | Out-Null
    if ($LASTEXITCODE -ne 0) { throw 'net user could not make the account.' }
    $otherSid = (New-Object Security.Principal.NTAccount($other)).Translate([Security.Principal.SecurityIdentifier]).Value
    $secret = ConvertTo-SecureString $password -AsPlainText -Force
    $credential = New-Object Management.Automation.PSCredential("$env:COMPUTERNAME\$other", $secret)
    New-Item -ItemType Directory -Path $folder | Out-Null
    Copy-Item (Join-Path $PSScriptRoot 'as-other-user.ps1'), (Join-Path $PSScriptRoot 'PipeProbe.cs') $folder
    & icacls.exe $folder /grant "*${otherSid}:(OI)(CI)M" | Out-Null

    # T1
    $server = Start-Peer @('serve', 'proof-own')
    $path = $server.Line
    Test-That 'T1 control: the server''s user can open its pipe' ([PipeProbe]::Open($path, [PipeProbe]::ReadWrite, 0) -eq 0) $path
    $codes = Invoke-AsOther $path
    foreach ($way in 'readWrite', 'genericReadWrite', 'readOnly', 'instance') {
        Test-That "T1 another user: $way is denied" ($codes.$way -eq $accessDenied) $codes.$way
    }

    # T2
    $local = 'crosspane-proof-control'
    $everyone = [PipeProbe]::CreateInstance("\\.\pipe\$local", $true, 'D:P(A;;GA;;;WD)')
    $code = [PipeProbe]::Open("\\localhost\pipe\$local", [PipeProbe]::GenericReadWrite, 0)
    $everyone.Dispose()
    Test-That 'T2 control: a pipe that rejects nobody is reached through \\localhost' ($code -eq 0) $code
    $code = [PipeProbe]::Open($path.Replace('\\.\pipe\', '\\localhost\pipe\'), [PipeProbe]::ReadWrite, 0)
    Test-That 'T2 the server''s pipe is not' ($code -ne 0) $code
    $listening = Start-Peer @('listen', 'proof-own')
    Test-That 'T3 a second server of the name is refused' ($listening.Line -like 'alreadyExists *') $listening.Line
    Stop-Peer $server

    # T3
    $path = Get-PipePath 'proof-squat'
    $squatter = [PipeProbe]::CreateInstance($path, $true, 'D:P(A;;GA;;;WD)')
    $listening = Start-Peer @('listen', 'proof-squat')
    Test-That 'T3 a pipe that a program has made without the mutex is refused to a server' ($listening.Line -like 'alreadyExists *') $listening.Line
    $code = [PipeProbe]::TryCreateInstance($path, $true, 'D:P(A;;GA;;;WD)')
    Test-That 'T3 the system itself refuses a second first instance' ($code -eq $accessDenied) $code
    $squatter.Dispose()
    [void] (Invoke-AsOther $path @('-Squat', '-Until', "`"$stop`""))
    $listening = Start-Peer @('listen', 'proof-squat')
    Test-That 'T3 a pipe that another user has made is refused to a server' ($listening.Line -like 'alreadyExists *') $listening.Line
    $dialing = Start-Peer @('dial', 'proof-squat')
    Test-That 'T3 a client refuses another user''s pipe' ($dialing.Line -like "permissionDenied *$otherSid*") $dialing.Line
    New-Item -ItemType File -Path $stop | Out-Null

    # T4
    $server = Start-Peer @('serve', 'proof-shared', $otherSid)
    $codes = Invoke-AsOther $server.Line
    Test-That 'T4 control: a granted user can read and write' ($codes.readWrite -eq 0) $codes.readWrite
    foreach ($way in 'genericReadWrite', 'instance') {
        Test-That "T4 a granted user: $way is denied" ($codes.$way -eq $accessDenied) $codes.$way
    }
    Stop-Peer $server

    # T5
    $path = Get-PipePath 'proof-rogue'
    $rights = "O:${ownSid}D:P(A;;GA;;;${ownSid})"
    $file = Join-Path $env:SystemRoot 'win.ini'
    $rogue = [PipeProbe]::CreateInstance($path, $true, $rights)
    $trusting = [PipeProbe]::OpenAndSpeak($path, [PipeProbe]::GenericReadWrite, 0)
    $code = [PipeProbe]::OpenAsClient($rogue, $file)
    $trusting.Dispose()
    $rogue.Dispose()
    Test-That 'T5 control: a client that sets no level lets the server open a file in its name' ($code -eq 0) $code
    $rogue = [PipeProbe]::CreateInstance($path, $true, $rights)
    $dialing = Start-Peer @('dial', 'proof-rogue')
    Test-That 'T5 control: the client connects' ($dialing.Line -eq 'connected') $dialing.Line
    if ($dialing.Line -eq 'connected') {
        $code = [PipeProbe]::OpenAsClient($rogue, $file)
        Test-That 'T5 a server that impersonates the client cannot open a file' ($code -eq $badImpersonationLevel) $code
    }
    Stop-Peer $dialing
    $rogue.Dispose()
}
finally {
    foreach ($process in $servers) { if (-not $process.HasExited) { $process.Kill() } }
    if (Test-Path $folder) {
        New-Item -ItemType File -Path $stop -Force | Out-Null
        Start-Sleep -Seconds 1
    }
    & net.exe user $other /delete 2>$null | Out-Null
    Remove-Item -Recurse -Force $folder -ErrorAction SilentlyContinue
}

if ($script:failures -gt 0) { Write-Host "$($script:failures) not proved."; exit 1 }
Write-Host 'All proved.'
exit 0
