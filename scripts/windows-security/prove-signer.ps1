<#
Proves on a real Windows machine:

  T31  a peer's signer is told for a program that is signed by somebody whom this machine trusts, and for no other: none for one that is
       unsigned, changed, signed by a certificate of unknown origin, or renamed while it runs with a signed one laid in its place

Servers run in copies of node.exe, in a temporary folder; signer-of.mjs says what a client is told of them. A certificate is made,
trusted by the machine for a moment, and removed.

Needs: an ELEVATED prompt of Windows PowerShell 5.1, a signed node 22.18 or newer on the path, and the built repository (npm run build).

    powershell -ExecutionPolicy Bypass -File scripts\windows-security\prove-signer.ps1

Ends with 0 if all is proved, else with 1.
#>
$ErrorActionPreference = 'Stop'
$principal = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Run this in an elevated prompt: the machine has to trust a certificate for a moment.'
}
$node = (Get-Command node).Source
# Looked at with the network, so that Windows fetches a root that it has not needed yet.
$signature = Get-AuthenticodeSignature $node
if ($signature.Status -ne 'Valid') { throw "$node is not signed, or not by anybody whom this machine trusts." }
$signer = $signature.SignerCertificate.GetNameInfo([Security.Cryptography.X509Certificates.X509NameType]::SimpleName, $false)
$folder = Join-Path ([IO.Path]::GetTempPath()) ('crosspane-signer-' + [guid]::NewGuid().ToString('N').Substring(0, 8))
New-Item -ItemType Directory $folder | Out-Null
$failures = 0
$certificate = $null
function Test-That([string] $What, [bool] $Holds, $Found) {
    if ($Holds) { Write-Host "ok      $What" }
    else { $script:failures++; Write-Host "FAILED  $What (found: $Found)" }
}
# Native modules look for functions of Node in a program of this name.
function New-NodeCopy([string] $Name) {
    $program = Join-Path $folder "$Name\node.exe"
    New-Item -ItemType Directory (Split-Path $program) | Out-Null
    Copy-Item $node $program
    return $program
}
function Get-Signer([string] $Program, [string] $Scheme, [scriptblock] $WhileItRuns = {}) {
    $endpoint = "${Scheme}:signer-" + [guid]::NewGuid().ToString('N').Substring(0, 8)
    $script = Join-Path $PSScriptRoot 'conformance-peer.mjs'
    $server = Start-Process $Program -ArgumentList "`"$script`"", 'serve', $endpoint -PassThru -NoNewWindow
    try {
        Start-Sleep 2
        & $WhileItRuns
        return [string] (& $node (Join-Path $PSScriptRoot 'signer-of.mjs') $endpoint)
    } finally {
        Stop-Process $server -Force
        $server.WaitForExit()
    }
}
try {
    $changed = New-NodeCopy 'changed'
    $bytes = [IO.File]::ReadAllBytes($changed)
    # A letter of the text that a program shows under MS-DOS, which lies within its first kilobyte.
    $at = [Text.Encoding]::GetEncoding(28591).GetString($bytes, 0, 1024).IndexOf('This program cannot be run in DOS mode')
    if ($at -lt 0) { throw "$node has no text for MS-DOS to change." }
    $bytes[$at] = [byte][char]'t'
    [IO.File]::WriteAllBytes($changed, $bytes)

    $unsigned = New-NodeCopy 'unsigned'
    $bytes = [IO.File]::ReadAllBytes($unsigned)
    $entry = [BitConverter]::ToInt32($bytes, 0x3c) + 4 + 20 + 112 + 4 * 8
    for ($i = 0; $i -lt 8; $i++) { $bytes[$entry + $i] = 0 }
    [IO.File]::WriteAllBytes($unsigned, $bytes)

    foreach ($scheme in 'pipe', 'shm', 'copydata') {
        $found = Get-Signer $node $scheme
        Test-That "T31 ${scheme}: the signer of Node is told" ($found -eq "signer $signer") $found
        $found = Get-Signer $changed $scheme
        Test-That "T31 ${scheme}: a changed program has none" ($found -like 'nobody: *was changed after it was signed') $found
        $found = Get-Signer $unsigned $scheme
        Test-That "T31 ${scheme}: an unsigned program has none" ($found -like 'nobody: *is not signed') $found
    }

    $certificate = New-SelfSignedCertificate -Type CodeSigningCert -Subject 'CN=Crosspane Proof' -CertStoreLocation Cert:\CurrentUser\My
    $own = New-NodeCopy 'own'
    Set-AuthenticodeSignature -FilePath $own -Certificate $certificate -HashAlgorithm SHA256 | Out-Null
    $found = Get-Signer $own 'pipe'
    Test-That 'T31 a program signed by a certificate of unknown origin has none' ($found -like 'nobody: *') $found
    $file = Join-Path $folder 'own.cer'
    Export-Certificate -Cert $certificate -FilePath $file | Out-Null
    Import-Certificate -FilePath $file -CertStoreLocation Cert:\LocalMachine\Root | Out-Null
    $found = Get-Signer $own 'pipe'
    Test-That 'T31 control: it has one as soon as the machine trusts that certificate' ($found -eq 'signer Crosspane Proof') $found

    $renamed = New-NodeCopy 'renamed'
    Copy-Item $unsigned $renamed -Force
    $found = Get-Signer $renamed 'pipe' {
        Rename-Item $renamed 'other.exe'
        Copy-Item $node $renamed
    }
    Test-That 'T31 a program that was renamed while it ran, with a signed one in its place, has none' ($found -like 'nobody: *') $found
} finally {
    if ($null -ne $certificate) {
        Remove-Item "Cert:\LocalMachine\Root\$($certificate.Thumbprint)" -ErrorAction SilentlyContinue
        Remove-Item "Cert:\CurrentUser\My\$($certificate.Thumbprint)" -ErrorAction SilentlyContinue
    }
    Remove-Item -Recurse -Force $folder
}
exit [int]($failures -gt 0)
