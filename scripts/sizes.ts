/**
 * `npm run sizes` prints the packages that `npm install @crosspane/transports` installs, with their
 * sizes on disk. On Windows they include koffi.
 */
import { type InstalledPackage, installedPackages } from "./consumers/installed-packages.ts";
import { createProject } from "./consumers/project.ts";
import { startRegistry } from "./consumers/registry.ts";
import { main } from "./terminal/main.ts";

await main(async () => {
  await using registry = await startRegistry();
  await using project = await createProject(registry, { "package.json": "{}" });
  await project.run("npm install @crosspane/transports");
  const packages = await installedPackages(project.folder);
  const total = (select: (each: InstalledPackage) => number) =>
    packages.reduce((sum, each) => sum + select(each), 0);
  const rows = [
    ["package", "files", "kB"],
    ...packages.map(({ name, version, files, bytes }) => [
      `${name} ${version}`,
      `${files}`,
      kilobytes(bytes),
    ]),
    [`${packages.length} packages`, `${total(({ files }) => files)}`, kilobytes(total(({ bytes }) => bytes))],
  ];
  for (const [name = "", files = "", size = ""] of rows) {
    console.log(`${name.padEnd(36)}${files.padStart(8)}${size.padStart(10)}`);
  }
  return 0;
});

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}
