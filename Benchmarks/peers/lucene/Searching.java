import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.CombinedFieldQuery;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MultiCollectorManager;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Version;

/** Runs the queries and writes what they took and found. */
final class Searching {
  private static final Set<String> OPERATIONS =
      Set.of("term", "and", "or", "phrase", "all", "range", "fuzzy", "prefix", "product");
  /** What two calls found: the ten best, and counts. */
  record Found(TopDocs top, long total, int[][] facets) {}

  private final Map<String, IndexSearcher> searchers = new HashMap<>();

  private Searching(String directory) throws Exception {
    for (String name : List.of("single", "multi")) {
      IndexSearcher searcher = new IndexSearcher(DirectoryReader.open(new MMapDirectory(Path.of(directory, name))));
      searcher.setQueryCache(null);
      searchers.put(name, searcher);
    }
  }

  private static Term term(Object word) { return new Term("description", (String) word); }

  @SuppressWarnings("unchecked")
  private static Query query(Map<String, Object> asked) {
    List<Object> words = (List<Object>) asked.get("words");
    BooleanQuery.Builder joined = new BooleanQuery.Builder();
    switch ((String) asked.get("operation")) {
      case "term": return new TermQuery(term(words.get(0)));
      case "and":
        for (Object word : words) joined.add(new TermQuery(term(word)), Occur.MUST);
        return joined.build();
      case "or":
        for (Object word : words) joined.add(new TermQuery(term(word)), Occur.SHOULD);
        return joined.build();
      case "phrase": return new PhraseQuery("description", words.toArray(new String[0]));
      case "all": return MatchAllDocsQuery.INSTANCE;
      case "range": return DoubleField.newRangeQuery("price", (Double) asked.get("from"), (Double) asked.get("to"));
      case "fuzzy": return new FuzzyQuery(term(words.get(0)), ((Double) asked.get("edits")).intValue());
      case "prefix": return new PrefixQuery(term(words.get(0)));
      default:
        for (Object word : words) {
          joined.add(
              new CombinedFieldQuery.Builder((String) word).addField("title", 5).addField("brand", 3)
                  .addField("category", 2).addField("description", 1).build(),
              Occur.MUST);
        }
        return joined.build();
    }
  }

  /** Top 10, leaving out what can't be among them (`top`), or with exact totals (`exact`), or with facets. */
  private Measuring.Call call(Map<String, Object> asked, String mode) {
    IndexSearcher searcher = searchers.get(asked.get("index"));
    Query query = query(asked);
    TopScoreDocCollectorManager pruning = new TopScoreDocCollectorManager(10, null, 1);
    TopScoreDocCollectorManager counting = new TopScoreDocCollectorManager(10, null, Integer.MAX_VALUE);
    if ((Boolean) asked.get("facets")) {
      MultiCollectorManager both = new MultiCollectorManager(counting, new FacetCounting());
      return () -> {
        Object[] found = searcher.search(query, both);
        TopDocs top = (TopDocs) found[0];
        return new Found(top, top.totalHits.value(), (int[][]) found[1]);
      };
    }
    if (mode.equals("top")) return () -> new Found(searcher.search(query, pruning), 0, null);
    // How many documents have a word is known without counting.
    if (asked.get("operation").equals("term")) {
      return () -> new Found(searcher.search(query, pruning), searcher.count(query), null);
    }
    return () -> {
      TopDocs top = searcher.search(query, counting);
      return new Found(top, top.totalHits.value(), null);
    };
  }

  private String answer(Map<String, Object> asked, Found found) throws Exception {
    IndexSearcher searcher = searchers.get(asked.get("index"));
    StringBuilder hits = new StringBuilder();
    for (ScoreDoc hit : found.top().scoreDocs) {
      NumericDocValues ids = searcher.getIndexReader().leaves().get(0).reader().getNumericDocValues("id_column");
      ids.advanceExact(hit.doc);
      hits.append(hits.length() > 0 ? "," : "").append("[").append(ids.longValue()).append(",").append(hit.score).append("]");
    }
    StringBuilder facets = new StringBuilder();
    if (found.facets() != null) {
      for (int i = 0; i < Indexing.FACETS.length; i++) {
        facets.append(i > 0 ? "," : "").append(Json.quoted(Indexing.FACETS[i])).append(":")
            .append(java.util.Arrays.toString(found.facets()[i]));
      }
    }
    return "\"total\":" + found.total() + ",\"hits\":[" + hits + "]"
        + (found.facets() == null ? "" : ",\"facets\":{" + facets + "}");
  }

  static String run(String directory, String queries, String answers, double seconds, Set<String> pruning) throws Exception {
    Searching searching = new Searching(directory);
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(answers)))) {
      for (Map.Entry<String, List<Map<String, Object>>> kind : Measuring.queries(queries, OPERATIONS).entrySet()) {
        for (String mode : pruning.contains(kind.getKey()) ? List.of("top", "exact") : List.of("exact")) {
          List<Measuring.Call> calls = new ArrayList<>();
          for (Map<String, Object> asked : kind.getValue()) calls.add(searching.call(asked, mode));
          List<List<Long>> taken = Measuring.timed(calls, seconds);
          for (int i = 0; i < calls.size(); i++) {
            Map<String, Object> asked = kind.getValue().get(i);
            Found found = (Found) calls.get(i).run();
            if (mode.equals("top")) {
              found = new Found(found.top(), ((Found) searching.call(asked, "exact").run()).total(), found.facets());
            }
            out.println(
                "{\"kind\":" + Json.quoted(kind.getKey()) + ",\"number\":" + ((Double) asked.get("number")).longValue()
                    + ",\"mode\":" + Json.quoted(mode) + ",\"ns\":" + taken.get(i) + "," + searching.answer(asked, found) + "}");
          }
        }
      }
    }
    return "{\"memory\":" + Measuring.memory() + ",\"version\":" + Json.quoted(Version.LATEST.toString()) + ",\"java\":"
        + Json.quoted(System.getProperty("java.version")) + "}";
  }
}
