// Answers what OpenRefine does with expressions and histories; see README.md.
import java.io.*;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.node.*;
import com.google.refine.*;
import com.google.refine.expr.*;
import com.google.refine.grel.Parser;
import com.google.refine.io.FileProjectManager;
import com.google.refine.model.*;
import com.google.refine.model.changes.*;
import com.google.refine.operations.*;
import com.google.refine.process.Process;
import com.google.refine.util.ParsingUtilities;
import edu.mit.simile.butterfly.ButterflyModule;

public class Recorder {
  static final ObjectMapper M = new ObjectMapper();

  static Project project(JsonNode input) throws Exception {
    Project p = new Project();
    ProjectMetadata meta = new ProjectMetadata();
    ProjectManager.singleton.registerProject(p, meta);
    int i = 0;
    for (JsonNode c : input.get("columns")) {
      Column col = new Column(p.columnModel.allocateNewCellIndex(), c.asText());
      p.columnModel.addColumn(i++, col, true);
    }
    for (JsonNode r : input.get("rows")) {
      Row row = new Row(i);
      for (JsonNode v : r) row.cells.add(v.isNull() ? null : new Cell(value(v), null));
      p.rows.add(row);
    }
    p.update();
    return p;
  }

  static Serializable value(JsonNode v) {
    if (v.isIntegralNumber()) return v.asLong();
    if (v.isNumber()) return v.asDouble();
    if (v.isBoolean()) return v.asBoolean();
    return v.asText();
  }

  static ObjectNode describe(Object o) {
    ObjectNode n = M.createObjectNode();
    if (o == null) return n.put("type", "null");
    if (o instanceof EvalError) return n.put("type", "error").put("value", ((EvalError) o).message);
    if (o instanceof Object[]) o = Arrays.asList((Object[]) o);
    if (o instanceof Collection) {
      ArrayNode a = M.createArrayNode();
      for (Object x : (Collection<?>) o) a.add(describe(x));
      n.put("type", "array"); n.set("value", a); return n;
    }
    String t = o instanceof String ? "string" : o instanceof Long || o instanceof Integer ? "integer" : o instanceof Number ? "number"
      : o instanceof Boolean ? "boolean" : o instanceof java.time.OffsetDateTime ? "date" : o.getClass().getSimpleName();
    return n.put("type", t).put("value", o.toString());
  }

  static void register() throws Exception {
    ButterflyModule module = (ButterflyModule) Proxy.newProxyInstance(Recorder.class.getClassLoader(), new Class[] { ButterflyModule.class },
      (x, m, a) -> m.getName().equals("getName") ? "core" : m.getName().equals("hashCode") ? 1 : null);
    String[][] ops = {
      {"row-removal","row.RowRemovalOperation"},{"row-keep-matched","row.RowKeepMatchedOperation"},{"row-duplicate-removal","row.RowDuplicatesRemovalOperation"},
      {"row-star","row.RowStarOperation"},{"row-flag","row.RowFlagOperation"},{"row-reorder","row.RowReorderOperation"},{"row-addition","row.RowAdditionOperation"},
      {"column-removal","column.ColumnRemovalOperation"},{"column-multi-removal","column.ColumnMultiRemovalOperation"},{"column-rename","column.ColumnRenameOperation"},
      {"column-move","column.ColumnMoveOperation"},{"column-move-first","column.ColumnMoveFirstOperation"},{"column-move-last","column.ColumnMoveLastOperation"},
      {"column-move-left","column.ColumnMoveLeftOperation"},{"column-move-right","column.ColumnMoveRightOperation"},
      {"column-reorder","column.ColumnReorderOperation"},{"column-split","column.ColumnSplitOperation"},{"column-addition","column.ColumnAdditionOperation"},
      {"text-transform","cell.TextTransformOperation"},{"mass-edit","cell.MassEditOperation"},
      {"multivalued-cell-join","cell.MultiValuedCellJoinOperation"},{"multivalued-cell-split","cell.MultiValuedCellSplitOperation"},
      {"fill-down","cell.FillDownOperation"},{"blank-down","cell.BlankDownOperation"},{"transpose-columns-into-rows","cell.TransposeColumnsIntoRowsOperation"},
      {"transpose-rows-into-columns","cell.TransposeRowsIntoColumnsOperation"},{"key-value-columnize","cell.KeyValueColumnizeOperation"}};
    for (String[] op : ops) {
      try {
        OperationRegistry.registerOperation(module, op[0], (Class<? extends AbstractOperation>) Class.forName("com.google.refine.operations." + op[1]));
      } catch (ClassNotFoundException e) { System.err.println("missing " + op[1]); }
    }
  }

  public static void main(String[] args) throws Exception {
    Locale.setDefault(Locale.US);
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    File dir = Files.createTempDirectory("oracle").toFile();
    FileProjectManager.initialize(dir);
    MetaParser.registerLanguageParser("grel", "GREL", Parser.grelParser, "value");
    register();
    JsonNode in = M.readTree(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    ArrayNode results = M.createArrayNode();
    if (in.has("expressions")) for (JsonNode e : in.get("expressions")) {
      ObjectNode r = M.createObjectNode();
      try {
        Evaluable ev = MetaParser.parse(e.get("expression").asText());
        JsonNode table = in.get("table");
        Project p = project(table);
        int rowIndex = e.has("row") ? e.get("row").asInt() : 0;
        Row row = p.rows.get(rowIndex);
        String columnName = e.has("column") ? e.get("column").asText() : "a";
        if (e.has("value")) row.cells.set(p.columnModel.getColumnByName(columnName).getCellIndex(), e.get("value").isNull() ? null : new Cell(value(e.get("value")), null));
        Cell cell = row.getCell(p.columnModel.getColumnByName(columnName).getCellIndex());
        Properties b = ExpressionUtils.createBindings(p);
        ExpressionUtils.bind(b, row, rowIndex, columnName, cell);
        try { r = describe(ev.evaluate(b)); } catch (Throwable t) { r.put("type", "throws").put("value", t.toString()); }
      } catch (ParsingException x) { r.put("type", "syntax").put("value", x.getMessage()); }
      results.add(r);
    }
    if (in.has("histories")) for (JsonNode h : in.get("histories")) {
      ObjectNode r = M.createObjectNode();
      try {
        Project p = project(h.get("input"));
        for (JsonNode o : h.get("operations")) {
          AbstractOperation op = ParsingUtilities.mapper.readValue(o.toString(), AbstractOperation.class);
          Process pr = op.createProcess(p, new Properties());
          if (pr.isImmediate()) pr.performImmediate();
          else { pr.startPerforming(p.getProcessManager()); while (pr.isRunning()) Thread.sleep(20); }
          p.update();
        }
        ArrayNode cols = M.createArrayNode(); for (Column c : p.columnModel.columns) cols.add(c.getName());
        ArrayNode rows = M.createArrayNode();
        for (Row row : p.rows) {
          ArrayNode cells = M.createArrayNode();
          for (Column c : p.columnModel.columns) { Object v = row.getCellValue(c.getCellIndex()); if (v == null) cells.addNull(); else if (v instanceof String) cells.add((String) v); else cells.add(describe(v)); }
          rows.add(cells);
        }
        r.set("columns", cols); r.set("rows", rows);
        StringWriter w = new StringWriter();
        com.google.refine.browsing.Engine eng = new com.google.refine.browsing.Engine(p);
        new com.google.refine.exporters.CsvExporter().export(p, new Properties(), eng, w);
        r.put("csv", w.toString());
      } catch (Throwable t) { r.put("error", t.toString()); }
      results.add(r);
    }
    out.println(M.writerWithDefaultPrettyPrinter().writeValueAsString(results));
    System.exit(0);
  }
}
