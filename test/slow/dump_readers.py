"""Reads the downloads with other people's readers and holds them against the publishers' own files.

Usage: dump_readers.py FORMAT SOURCES FILES GENERATED_AT
SOURCES has, of each catalog, `<id>.json` as it is now, `<id>_before.json` as it was, and the CSV files they name.
FILES has what was downloaded, in a folder for each catalog and `all`. Prints one JSON object for each thing held:
how much was expected and the first differences. Knows nothing of Caudal but the contract (series-api 8).
"""

import calendar
import csv
import datetime
import io
import json
import math
import os
import sqlite3
import sys
import tempfile
import zipfile

FORMAT, SOURCES, FILES = sys.argv[1:4]
TODAY = (datetime.datetime.fromtimestamp(int(sys.argv[4]) / 1000, datetime.timezone.utc)
         - datetime.timedelta(hours=3)).date()
CATALOGS = ["grande", "mixta"]
PACKAGES = ["all"] + CATALOGS
MONTHS = {"R/P1Y": 12, "R/P6M": 6, "R/P3M": 3, "R/P1M": 1, "R/P1D": 0}
TOLERANCE = {"R/P1Y": 730, "R/P6M": 360, "R/P3M": 180, "R/P1M": 90, "R/P1D": 14}
SHEETS = [("anual", "R/P1Y"), ("semestral", "R/P6M"), ("trimestral", "R/P3M"), ("mensual", "R/P1M"),
          ("diaria", "R/P1D")]
FULL = ("catalogo_id dataset_id distribucion_id serie_id indice_tiempo indice_tiempo_frecuencia valor serie_titulo "
        "serie_unidades serie_descripcion distribucion_descripcion dataset_tema dataset_responsable dataset_fuente "
        "dataset_titulo").split()
VALUES = ("catalogo_id dataset_id distribucion_id serie_id indice_tiempo valor indice_tiempo_frecuencia").split()
BARE = "serie_id indice_tiempo valor".split()
METADATA = ("catalogo_id dataset_id distribucion_id serie_id indice_tiempo_frecuencia serie_titulo serie_unidades "
            "serie_descripcion distribucion_titulo distribucion_descripcion distribucion_url_descarga "
            "dataset_responsable dataset_fuente dataset_titulo dataset_descripcion dataset_tema serie_indice_inicio "
            "serie_indice_final serie_valores_cant serie_dias_no_cubiertos serie_actualizada serie_valor_ultimo "
            "serie_valor_anterior serie_var_pct_anterior serie_discontinuada consultas_total consultas_30_dias "
            "consultas_90_dias consultas_180_dias").split()
SOURCES_COLUMNS = "dataset_fuente series_cant valores_cant fecha_primer_valor fecha_ultimo_valor".split()


def period_end(iso, first):
    months = MONTHS[iso]
    if months == 0:
        return first
    last = first.year * 12 + first.month - 1 + months - 1
    return datetime.date(last // 12, last % 12 + 1, calendar.monthrange(last // 12, last % 12 + 1)[1])


def label(iso, date):
    """The day that a period is called by: half-years are 1 January and 1 July whatever the publisher says."""
    return datetime.date(date.year, 1 if date.month <= 6 else 7, 1) if iso == "R/P6M" else date


def observations(iso, cells):
    """What a column says, from its first value to its last; days that the file leaves out are missing."""
    told = [(datetime.date.fromisoformat(date), float(cell) if cell else None) for date, cell in cells]
    while told and told[0][1] is None:
        told.pop(0)
    while told and told[-1][1] is None:
        told.pop()
    if iso != "R/P1D":
        return told
    by_date = dict(told)
    days = (told[-1][0] - told[0][0]).days + 1
    return [(date, by_date.get(date)) for date in (told[0][0] + datetime.timedelta(i) for i in range(days))]


def truth():
    """Every series, in the order of value rows."""
    found = []
    for catalog_id in CATALOGS:
        seen = set()
        for name, present in ((f"{catalog_id}.json", True), (f"{catalog_id}_before.json", False)):
            with open(os.path.join(SOURCES, name), encoding="utf-8") as file:
                catalog = json.load(file)
            themes = {theme["id"]: theme["label"] for theme in catalog.get("themeTaxonomy", [])}
            for dataset in catalog["dataset"]:
                for distribution in dataset["distribution"]:
                    if distribution["identifier"] in seen:
                        continue
                    seen.add(distribution["identifier"])
                    found += series_of(catalog_id, themes, dataset, distribution, present)
    # Sorting is stable: columns stay in their order.
    found.sort(key=lambda one: (one["catalogo_id"], one["dataset_id"], one["distribucion_id"]))
    return found


def series_of(catalog_id, themes, dataset, distribution, present):
    fields = {field["title"]: field for field in distribution["field"]}
    iso = next(field["specialTypeDetail"] for field in fields.values() if "specialTypeDetail" in field)
    with open(os.path.join(SOURCES, distribution["downloadURL"]), encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    for column, title in enumerate(header):
        field = fields.get(title)
        if field is None or "specialType" in field:
            continue
        told = observations(iso, [(row[0], row[column]) for row in rows])
        last, previous = told[-1][1], told[-2][1] if len(told) > 1 else None
        days = (TODAY - period_end(iso, told[-1][0])).days - 1
        yield {
            "catalogo_id": catalog_id,
            "dataset_id": dataset["identifier"],
            "distribucion_id": distribution["identifier"],
            "serie_id": field["id"],
            "indice_tiempo_frecuencia": iso,
            "serie_titulo": title,
            "serie_unidades": field.get("units", ""),
            "serie_descripcion": field["description"],
            "distribucion_titulo": distribution["title"],
            "distribucion_descripcion": distribution.get("description", ""),
            "dataset_responsable": dataset["publisher"]["name"],
            "dataset_fuente": dataset.get("source", ""),
            "dataset_titulo": dataset["title"],
            "dataset_descripcion": dataset["description"],
            # The catalog's themes that are the dataset's (catalog-harvest 3.5): in the order of the catalog.
            "dataset_tema": ",".join(label for theme, label in themes.items() if theme in dataset.get("theme", [])),
            "serie_indice_inicio": told[0][0],
            "serie_indice_final": told[-1][0],
            "serie_valores_cant": len(told),
            "serie_dias_no_cubiertos": days,
            "serie_actualizada": days < TOLERANCE[iso],
            "serie_valor_ultimo": last,
            "serie_valor_anterior": previous,
            "serie_var_pct_anterior": last / previous - 1 if previous else None,
            "serie_discontinuada": not present,
            "consultas_total": 0,
            "consultas_30_dias": 0,
            "consultas_90_dias": 0,
            "consultas_180_dias": 0,
            "rows": [(label(iso, date), value) for date, value in told],
            "file": distribution["downloadURL"],
        }


TRUTH = truth()


def of(package):
    return [one for one in TRUTH if package in ("all", one["catalogo_id"])]


def value_rows(package, columns, text=lambda text: text):
    """`text` is what a format makes of a text."""
    for one in of(package):
        constant = {name: text(one[name]) for name in columns if name not in ("indice_tiempo", "valor")}
        for date, value in one["rows"]:
            yield tuple(date if name == "indice_tiempo" else value if name == "valor" else constant[name]
                        for name in columns)


def metadata_rows(package, text=lambda text: text):
    """Without the address: what the harvest made of a relative one is its own affair."""
    order = ("catalogo_id", "dataset_id", "distribucion_id", "serie_id")
    for one in sorted(of(package), key=lambda one: [one[name] for name in order]):
        yield tuple(text(one[name]) if isinstance(one[name], str) else one[name]
                    for name in METADATA if name != "distribucion_url_descarga")


def without_url(rows):
    at = METADATA.index("distribucion_url_descarga")
    return [tuple(row[:at]) + tuple(row[at + 1:]) for row in rows]


def source_rows(package, text=lambda text: text):
    names = {one["dataset_fuente"] for one in of(package)} - {""}
    rows = []
    for name in names:
        own = [one for one in of(package) if one["dataset_fuente"] == name]
        rows.append((text(name), len(own), sum(one["serie_valores_cant"] for one in own),
                     min(one["serie_indice_inicio"] for one in own), max(one["serie_indice_final"] for one in own)))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def inert(text):
    return "'" + text if text[:1] and text[0] in "=+-@\t\r" else text


results = []


def hold(what, found, expected):
    """Tells how many there are and where they differ first. Types count, but for whole numbers read as floats."""
    found, expected = list(found), list(expected)
    wrong = [[repr(a), repr(b)] for a, b in zip(found, expected) if a != b][:3]
    if len(found) != len(expected):
        wrong.append([f"{len(found)} rows", f"{len(expected)} rows"])
    results.append({"what": what, "count": len(expected), "wrong": wrong})


def path_of(package, name):
    return os.path.join(FILES, package, name)


def entry_of(package, name, entry):
    with zipfile.ZipFile(path_of(package, name)) as archive:
        hold(f"{package} {name} entries", archive.namelist(), [entry])
        hold(f"{package} {name} is whole", [archive.testzip()], [None])
        return archive.read(entry)


def plain(cell):
    """A cell of pandas as Python has it: missing is None, moments are days, numpy's numbers are plain."""
    import pandas
    if cell is None or cell is pandas.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, (pandas.Timestamp, datetime.datetime)):
        return cell.date()
    return cell.item() if hasattr(cell, "item") else cell


def frame_rows(frame):
    return list(zip(*([plain(cell) for cell in frame[name].tolist()] for name in frame.columns)))


def hold_frame(what, frame, columns, expected):
    hold(f"{what} columns", list(frame.columns), columns)
    rows = frame_rows(frame)
    hold(what, without_url(rows) if columns == METADATA else rows, expected)


def read_csv(source, columns, dates=()):
    import pandas
    numbers = {"valor", "serie_valor_ultimo", "serie_valor_anterior", "serie_var_pct_anterior"}
    whole = {"series_cant", "valores_cant", "serie_valores_cant", "serie_dias_no_cubiertos", "consultas_total",
             "consultas_30_dias", "consultas_90_dias", "consultas_180_dias"}
    flags = {"serie_actualizada", "serie_discontinuada"}
    kinds = {name: float if name in numbers else "int64" if name in whole else bool if name in flags else str
             for name in columns}
    frame = pandas.read_csv(source, dtype=kinds, keep_default_na=False, na_values={name: [""] for name in numbers},
                            float_precision="round_trip")
    for name in dates:
        frame[name] = [datetime.date.fromisoformat(date) for date in frame[name]]
    return frame


def check_csv():
    for package in PACKAGES:
        for name, columns in (("series-tiempo", FULL), ("series-tiempo-valores", VALUES)):
            content = entry_of(package, f"{name}-csv.zip", f"{name}.csv")
            hold(f"{package} {name} ends lines with CRLF",
                 [content.count(b"\r\n"), content[-2:]], [1 + sum(1 for _ in value_rows(package, columns)), b"\r\n"])
            frame = read_csv(io.BytesIO(content), columns, ["indice_tiempo"])
            hold_frame(f"{package} {name}", frame, columns, value_rows(package, columns, inert))
        frame = read_csv(path_of(package, "series-tiempo-metadatos.csv"), METADATA,
                         ["serie_indice_inicio", "serie_indice_final"])
        hold_frame(f"{package} metadatos", frame, METADATA, metadata_rows(package, inert))
        frame = read_csv(path_of(package, "series-tiempo-fuentes.csv"), SOURCES_COLUMNS,
                         ["fecha_primer_valor", "fecha_ultimo_valor"])
        hold_frame(f"{package} fuentes", frame, SOURCES_COLUMNS, source_rows(package, inert))


def check_xlsx():
    import openpyxl
    import pandas

    def cell_text(text):
        return inert(text) or None

    for package in PACKAGES:
        for name, columns in (("series-tiempo", FULL), ("series-tiempo-valores", VALUES)):
            # openpyxl takes its time: one workbook of many rows tells as much as three.
            if package != "mixta" and (package, name) != ("all", "series-tiempo-valores"):
                continue
            book = openpyxl.load_workbook(path_of(package, f"{name}.xlsx"), read_only=True)
            expected = {f"{sheet}-1": [row for row in value_rows(package, columns, cell_text)
                                       if row[columns.index("indice_tiempo_frecuencia")] == iso]
                        for sheet, iso in SHEETS}
            expected = {sheet: rows for sheet, rows in expected.items() if rows}
            hold(f"{package} {name} sheets", book.sheetnames, list(expected))
            for sheet, rows in expected.items():
                header, *found = book[sheet].iter_rows(values_only=True)
                hold(f"{package} {name} {sheet} columns", header, columns)
                hold(f"{package} {name} {sheet}", ([plain(cell) for cell in row] for row in found),
                     ([cell for cell in row] for row in rows))
        frame = pandas.read_excel(path_of(package, "series-tiempo-metadatos.xlsx"), engine="openpyxl",
                                  keep_default_na=False, na_values={name: [""] for name in METADATA},
                                  dtype={name: str for name in METADATA[:4]})
        hold_frame(f"{package} metadatos", frame, METADATA, metadata_rows(package, cell_text))
        frame = pandas.read_excel(path_of(package, "series-tiempo-fuentes.xlsx"), engine="openpyxl")
        hold_frame(f"{package} fuentes", frame, SOURCES_COLUMNS, source_rows(package, cell_text))
    book = openpyxl.load_workbook(path_of("mixta", "series-tiempo-metadatos.xlsx"))
    sheet = book.worksheets[0]
    first = {header.value: cell for header, cell in zip(sheet[1], sheet[2])}
    hold("mixta metadatos kinds",
         [first[name].data_type for name in ("serie_id", "serie_indice_inicio", "serie_valores_cant",
                                             "serie_actualizada")], ["s", "d", "n", "b"])
    hold("mixta metadatos look",
         [first["serie_indice_inicio"].number_format, sheet.freeze_panes, all(cell.font.b for cell in sheet[1])],
         ["yyyy-mm-dd", "A2", True])
    hold("mixta metadatos formulas",
         [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"], [])


def check_dta():
    import pandas

    def cut(text):
        return text[:244]

    for package in PACKAGES:
        content = entry_of(package, "series-tiempo-valores-dta.zip", "series-tiempo-valores.dta")
        hold_frame(f"{package} valores", pandas.read_stata(io.BytesIO(content)), BARE, value_rows(package, BARE, cut))
        frame = pandas.read_stata(path_of(package, "series-tiempo-metadatos.dta"))
        hold_frame(f"{package} metadatos", frame, METADATA, metadata_rows(package, cut))
        frame = pandas.read_stata(path_of(package, "series-tiempo-fuentes.dta"))
        hold_frame(f"{package} fuentes", frame, SOURCES_COLUMNS, source_rows(package, cut))
    with pandas.io.stata.StataReader(path_of("mixta", "series-tiempo-metadatos.dta")) as reader:
        hold("mixta metadatos labels", [reader.variable_labels()["serie_titulo"]], ["Título de la serie"])


def check_sqlite():
    for package in PACKAGES:
        content = entry_of(package, "series-tiempo-sqlite.zip", "series-tiempo.sqlite")
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "series-tiempo.sqlite")
            with open(file, "wb") as out:
                out.write(content)
            db = sqlite3.connect(file)
            hold(f"{package} integrity", db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            hold(f"{package} references", db.execute("PRAGMA foreign_key_check").fetchall(), [])
            columns = [row[1] for row in db.execute("PRAGMA table_info(metadatos)")]
            hold(f"{package} metadatos columns", columns, METADATA)
            rows = db.execute("SELECT * FROM metadatos "
                              "ORDER BY catalogo_id, dataset_id, distribucion_id, serie_id").fetchall()
            # Days are text; what is missing is 0.
            expected = [tuple(str(cell) if isinstance(cell, datetime.date) else 0 if cell is None else cell
                              for cell in row) for row in metadata_rows(package)]
            hold(f"{package} metadatos", without_url(rows), expected)
            rows = db.execute("SELECT serie_id, indice_tiempo, valor FROM valores "
                              "ORDER BY serie_id, indice_tiempo").fetchall()
            hold(f"{package} valores", rows,
                 sorted((row[0], str(row[1]), row[2]) for row in value_rows(package, BARE)))
            rows = db.execute("SELECT fuente, series_cant, valores_cant, fecha_primer_valor, fecha_ultimo_valor "
                              "FROM fuentes ORDER BY series_cant DESC, fuente").fetchall()
            hold(f"{package} fuentes", rows,
                 [(*row[:3], str(row[3]), str(row[4])) for row in source_rows(package)])
            db.close()


def by_series(rows, columns):
    at = columns.index("serie_id")
    return sorted(rows, key=lambda row: row[at].encode())


def check_parquet():
    import duckdb
    import pyarrow
    import pyarrow.parquet

    kinds = {"indice_tiempo": pyarrow.date32(), "serie_indice_inicio": pyarrow.date32(),
             "serie_indice_final": pyarrow.date32(), "serie_actualizada": pyarrow.bool_(),
             "serie_discontinuada": pyarrow.bool_(), "valor": pyarrow.float64()}
    for package in ("all", "mixta"):
        for name, columns, expected in (
            ("series-tiempo", FULL, value_rows(package, FULL)),
            ("series-tiempo-valores", VALUES, value_rows(package, VALUES)),
            ("series-tiempo-metadatos", METADATA, metadata_rows(package)),
        ):
            path = path_of(package, f"{name}.parquet")
            table = pyarrow.parquet.read_table(path)
            hold(f"{package} {name} columns", table.column_names, columns)
            hold(f"{package} {name} types", [field.type for field in table.schema if field.name in kinds],
                 [kinds[name] for name in columns if name in kinds])
            rows = list(zip(*(column.to_pylist() for column in table.columns)))
            own = [name for name in columns if name != "distribucion_url_descarga"]
            expected = by_series(expected, own)
            hold(f"{package} {name}", without_url(rows) if columns == METADATA else rows, expected)
            quoted = path.replace("'", "''")
            found = duckdb.sql(f"SELECT * FROM '{quoted}'").fetchall()
            hold(f"{package} {name} by DuckDB", without_url(found) if columns == METADATA else found, expected)
            hold_groups(f"{package} {name}", path, rows, columns)
    # What the statistics are for: the groups that may hold a series are those that do.
    path = path_of("all", "series-tiempo-valores.parquet")
    wanted = TRUTH[len(TRUTH) // 2]
    rows = duckdb.execute("SELECT indice_tiempo, valor FROM read_parquet(?) WHERE serie_id = ? ORDER BY 1",
                          [path, wanted["serie_id"]]).fetchall()
    hold("one series by DuckDB", rows, wanted["rows"])


def hold_groups(what, path, rows, columns):
    """Holds what each row group says of its columns against its rows; texts may be left out when they are long."""
    import duckdb
    import pyarrow.parquet

    metadata = pyarrow.parquet.ParquetFile(path).metadata
    groups, at = [], 0
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        own = rows[at:at + group.num_rows]
        at += group.num_rows
        for j, name in enumerate(columns):
            cells = [row[j] for row in own if row[j] is not None]
            statistics = group.column(j).statistics
            expected = [len(own) - len(cells), *((min(cells), max(cells)) if cells else (None, None))]
            has = statistics is not None and statistics.has_min_max
            if isinstance(expected[1], str):
                long = max(len(expected[1].encode()), len(expected[2].encode())) > 128
                hold(f"{what} group {i} {name} has bounds", [has], [not long])
                if long:
                    continue
                expected[1:] = min(cells, key=str.encode), max(cells, key=str.encode)
            hold(f"{what} group {i} {name}",
                 [statistics.null_count, statistics.min if has else None, statistics.max if has else None], expected)
        hold(f"{what} group {i} order", [group.column(0).compression, group.sorting_columns[0].column_index],
             ["GZIP", columns.index("serie_id")])
        groups.append((i, group.num_rows, own[0][columns.index("serie_id")], own[-1][columns.index("serie_id")]))
    hold(f"{what} rows in groups", [at], [len(rows)])
    found = duckdb.execute(
        "SELECT row_group_id, row_group_num_rows, stats_min_value, stats_max_value FROM parquet_metadata(?) "
        "WHERE path_in_schema = 'serie_id' ORDER BY 1", [path]).fetchall()
    hold(f"{what} groups by DuckDB", found, groups)


{"csv": check_csv, "xlsx": check_xlsx, "dta": check_dta, "sqlite": check_sqlite, "parquet": check_parquet}[FORMAT]()
json.dump(results, sys.stdout)
