#!/usr/bin/env node
// npm links a command when it installs, before anything is built: the file has to exist by then,
// and be executable.
import "../dist/cli.js";
