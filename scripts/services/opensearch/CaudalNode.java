import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.codelibs.opensearch.runner.node.OpenSearchRunnerNode;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;

/**
 * One OpenSearch node in this JVM, with the modules that the distribution brings by default and without plugins.
 * Its argument is its home; settings come from config/opensearch.yml there. SIGTERM closes it in good order.
 * With "once" after the home it ends as soon as it has started: the JVM then archives the classes of a start.
 */
public final class CaudalNode {
    /** Class names up to "Plugin"; some end in "ModulePlugin" since version 3. */
    private static final List<String> MODULES = List.of(
        "org.opensearch.transport.Netty4",
        "org.opensearch.analysis.common.CommonAnalysis",
        "org.opensearch.geo.Geo",
        "org.opensearch.index.mapper.MapperExtras",
        "org.opensearch.index.rankeval.RankEval",
        "org.opensearch.index.reindex.Reindex",
        "org.opensearch.ingest.common.IngestCommon",
        "org.opensearch.join.ParentJoin",
        "org.opensearch.painless.Painless",
        "org.opensearch.percolator.Percolator",
        "org.opensearch.script.expression.Expression",
        "org.opensearch.script.mustache.Mustache",
        "org.opensearch.search.aggregations.matrix.MatrixAggregation");

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        Settings settings = Settings.builder().put("path.home", home.toString()).build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            settings, Map.of(), home.resolve("config"), () -> home.getFileName().toString());
        Node node = new OpenSearchRunnerNode(environment, modules());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        if (args.length > 1 && args[1].equals("once")) System.exit(0);
        new CountDownLatch(1).await();
    }

    private static List<Class<? extends Plugin>> modules() throws ClassNotFoundException {
        List<Class<? extends Plugin>> found = new ArrayList<>();
        for (String name : MODULES) found.add(module(name).asSubclass(Plugin.class));
        return found;
    }

    private static Class<?> module(String name) throws ClassNotFoundException {
        try {
            return Class.forName(name + "ModulePlugin");
        } catch (ClassNotFoundException before3) {
            return Class.forName(name + "Plugin");
        }
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception fault) {
            fault.printStackTrace();
        }
    }
}
