#!/usr/bin/env node
// npm links a command when it installs, before anything is built: the file has to be there, and executable, already then.
import "../dist/cli.js";
