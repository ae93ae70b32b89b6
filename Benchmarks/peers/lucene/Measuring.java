import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Timing and memory, as engines/measuring.py has them. */
final class Measuring {
  interface Call { Object run() throws Exception; }

  private static final int ROUNDS = 5;
  /** The least time in which the JVM compiles what a kind of query runs. */
  private static final double LEAST_WARM_UP = 3;
  /** What calls returned, so that none is left out by the compiler. */
  static volatile Object kept;

  /** The queries of these operations, by kind. */
  static Map<String, List<Map<String, Object>>> queries(String path, Set<String> operations) throws Exception {
    Map<String, List<Map<String, Object>>> kinds = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of(path))) {
      Map<String, Object> query = Json.object(line);
      if (!operations.contains(query.get("operation"))) continue;
      kinds.computeIfAbsent((String) query.get("kind"), kind -> new ArrayList<>()).add(query);
    }
    return kinds;
  }

  /** Nanoseconds of each call in each round; before, calls are run untimed for as long again, so that they are compiled. */
  static List<List<Long>> timed(List<Call> calls, double seconds) throws Exception {
    long start = System.nanoTime();
    double warmUp = Math.max(LEAST_WARM_UP, seconds) * 1e9;
    while (System.nanoTime() - start < warmUp) {
      for (Call call : calls) {
        kept = call.run();
        if (System.nanoTime() - start > warmUp) break;
      }
    }
    List<List<Long>> taken = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) taken.add(new ArrayList<>());
    start = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < calls.size(); i++) {
        long before = System.nanoTime();
        kept = calls.get(i).run();
        taken.get(i).add(System.nanoTime() - before);
      }
      if (System.nanoTime() - start > seconds * 1e9) break;
    }
    return taken;
  }

  /** The heap in use once what is not used is gone, and the resident bytes of files. */
  static String memory() throws Exception {
    for (int i = 0; i < 3; i++) System.gc();
    Runtime runtime = Runtime.getRuntime();
    long files = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("RssFile:")) files = Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
    return "{\"own\":" + (runtime.totalMemory() - runtime.freeMemory()) + ",\"files\":" + files + "}";
  }
}
