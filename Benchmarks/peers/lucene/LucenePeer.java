import java.util.Set;

/**
 * Lucene on a warm JVM.
 *
 *   LucenePeer build PRODUCTS DIRECTORY single|multi
 *   LucenePeer query DIRECTORY QUERIES ANSWERS SECONDS KIND,KIND...
 *
 * The kinds named last are also measured without exact totals.
 */
final class LucenePeer {
  public static void main(String[] arguments) throws Exception {
    System.out.println(
        arguments[0].equals("build")
            ? Indexing.build(arguments[1], arguments[2], arguments[3])
            : Searching.run(
                arguments[1], arguments[2], arguments[3], Double.parseDouble(arguments[4]), Set.of(arguments[5].split(","))));
  }
}
