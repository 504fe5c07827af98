# powershell -File report.ps1 URL SECRET FOLDER
param($Url, $Secret, $Folder)
$body = ConvertTo-Json @{ folder = $Folder }
$headers = @{ Authorization = "Bearer $Secret" }
Invoke-RestMethod "$Url/Folders/report" -Method Post -ContentType application/json -Headers $headers -Body $body |
  Format-Table
