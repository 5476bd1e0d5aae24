// `deno task harvest`: reads nodes, validates, stores and publishes; prints the report of the run.

import { checkAndPrint } from "./check_catalog.ts";
import { runCommand, UsageProblem } from "./command.ts";
import { readEnv } from "./config.ts";
import { reportText } from "./core/report.ts";
import { harvestAndPublish, SOURCE_KEYS, sourceUrl } from "./harvest_and_publish.ts";
import { PLACE_KEYS, publishingPlaces } from "./places.ts";

await runCommand({
  usage: "deno task harvest",
  summary: "Lee los catálogos de la red, valida y guarda sus series, y publica lo que cambió.",
  options: {
    network: {
      value: "ARCHIVO|URL",
      description: "Registro de nodos (YAML); sus nodos quedan en el almacén",
    },
    catalog: { value: "ID=ARCHIVO|URL", many: true, description: "Un catálogo como nodo; se puede repetir" },
    only: { value: "ID", description: "Sólo este nodo" },
    force: { description: "Indexa de nuevo también lo que no cambió" },
    "only-metadata": { description: "Lee sólo los catálogos: los datos quedan como están" },
    check: {
      value: "ARCHIVO|URL",
      description:
        "Sólo valida este catálogo, JSON, XLSX o portal CKAN: perfil de metadatos y reglas de series; no guarda nada",
    },
    distribution: { value: "ID", description: "Con --check, sólo esta distribución" },
    json: { description: "Escribe el informe como JSON" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
  },
  run: async ({ check, distribution, ...options }) => {
    const { network, catalog, only, force, "only-metadata": onlyMetadata, json, data } = options;
    if (distribution !== undefined && check === undefined) {
      throw new UsageProblem("--distribution sólo se usa con --check");
    }
    if (check !== undefined) {
      const other = Object.keys(options).find((name) => name !== "json");
      if (other !== undefined) throw new UsageProblem(`--check no se usa con --${other}`);
      if (check === "" || (/^[a-z][a-z0-9+.-]+:\/\//i.test(check) && !URL.canParse(check))) {
        throw new UsageProblem(`--check espera un archivo o una dirección, no "${check}"`);
      }
      const settings = readEnv(SOURCE_KEYS);
      const isGood = await checkAndPrint(sourceUrl(check), {
        distributionId: distribution,
        json: json ?? false,
        settings,
      });
      return isGood ? undefined : Deno.exit(1);
    }
    if (force && onlyMetadata) throw new UsageProblem("--only-metadata no se usa con --force");
    const wrong = catalog?.find((text) => !/^[^=]+=.+$/.test(text));
    if (wrong !== undefined) throw new UsageProblem(`--catalog espera ID=ARCHIVO o ID=URL, no "${wrong}"`);
    const env = readEnv([...SOURCE_KEYS, ...PLACE_KEYS]);
    const places = publishingPlaces(env, data);
    const ran = await harvestAndPublish(places, env, { network, catalogs: catalog, only }, {
      force: force ?? false,
      onlyMetadata: onlyMetadata ?? false,
    });
    if (json) return console.log(JSON.stringify({ ...ran.harvest, publish: ran.publish }, null, 2));
    console.log(reportText(ran.harvest));
    console.log(
      ran.publish.switched
        ? `publicado: ${ran.publish.snapshot.slice(0, 12)} (${ran.publish.series} series)`
        : `sin cambios que publicar: sigue ${ran.publish.snapshot.slice(0, 12)}`,
    );
  },
});
