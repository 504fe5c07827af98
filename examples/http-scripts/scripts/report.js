// biome-ignore-all lint/style/useTemplate: JScript is older than templates.
// cscript //nologo report.js URL SECRET FOLDER
var args = WScript.Arguments;
var request = new ActiveXObject("WinHttp.WinHttpRequest.5.1");
request.open("POST", args.Item(0) + "/Folders/report", false);
request.setRequestHeader("Content-Type", "application/json");
request.setRequestHeader("Authorization", "Bearer " + args.Item(1));
request.send('["' + args.Item(2).replace(/\\/g, "\\\\") + '"]');
WScript.Echo(request.status + " " + request.responseText);
