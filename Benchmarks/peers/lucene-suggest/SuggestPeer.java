import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.spell.DirectSpellChecker;
import org.apache.lucene.search.spell.SuggestMode;
import org.apache.lucene.search.spell.SuggestWord;
import org.apache.lucene.search.suggest.InputIterator;
import org.apache.lucene.search.suggest.Lookup;
import org.apache.lucene.search.suggest.analyzing.FuzzySuggester;
import org.apache.lucene.search.suggest.fst.WFSTCompletionLookup;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.Version;

/**
 * Lucene's suggesters and its speller.
 *
 *   SuggestPeer query DIRECTORY QUERIES ANSWERS SECONDS
 *
 * DIRECTORY holds suggestions.tsv and words.tsv.
 */
final class SuggestPeer {
  /** The lines of a file of texts and weights. */
  static final class Weighted implements InputIterator {
    private final Iterator<String> lines;
    private long weight;

    Weighted(Path file) throws Exception { lines = Files.readAllLines(file).iterator(); }

    @Override public BytesRef next() {
      if (!lines.hasNext()) return null;
      String[] parts = lines.next().split("\t");
      weight = Long.parseLong(parts[1]);
      return new BytesRef(parts[0]);
    }

    @Override public long weight() { return weight; }
    @Override public BytesRef payload() { return null; }
    @Override public boolean hasPayloads() { return false; }
    @Override public Set<BytesRef> contexts() { return null; }
    @Override public boolean hasContexts() { return false; }
  }

  /** An index in which each word is in as many documents as the corpus has, up to ten. */
  private static IndexReader vocabulary(Path file) throws Exception {
    Directory directory = new ByteBuffersDirectory();
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new WhitespaceAnalyzer()))) {
      for (String line : Files.readAllLines(file)) {
        String[] parts = line.split("\t");
        for (int i = 0; i < Math.min(10, Math.max(1, (int) Math.log(Long.parseLong(parts[1])))); i++) {
          Document document = new Document();
          document.add(new StringField("word", parts[0], Field.Store.NO));
          writer.addDocument(document);
        }
      }
      writer.forceMerge(1);
    }
    return DirectoryReader.open(directory);
  }

  @SuppressWarnings("unchecked")
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    WFSTCompletionLookup exact = new WFSTCompletionLookup(new ByteBuffersDirectory(), "wfst", true);
    exact.build(new Weighted(directory.resolve("suggestions.tsv")));
    FuzzySuggester fuzzy = new FuzzySuggester(new ByteBuffersDirectory(), "fuzzy", new WhitespaceAnalyzer());
    fuzzy.build(new Weighted(directory.resolve("suggestions.tsv")));
    IndexReader words = vocabulary(directory.resolve("words.tsv"));
    DirectSpellChecker speller = new DirectSpellChecker();
    speller.setMinPrefix(0);
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(arguments[3])))) {
      for (Map.Entry<String, List<Map<String, Object>>> kind :
          Measuring.queries(arguments[2], Set.of("complete", "spell")).entrySet()) {
        List<Measuring.Call> calls = new ArrayList<>();
        for (Map<String, Object> asked : kind.getValue()) {
          if (asked.get("operation").equals("complete")) {
            String text = (String) asked.get("text");
            Lookup lookup = (Double) asked.get("edits") == 0 ? exact : fuzzy;
            calls.add(() -> lookup.lookup(text, false, 10));
          } else {
            Term term = new Term("word", (String) ((List<Object>) asked.get("words")).get(0));
            calls.add(() -> speller.suggestSimilar(term, 1, words, SuggestMode.SUGGEST_WHEN_NOT_IN_INDEX));
          }
        }
        List<List<Long>> taken = Measuring.timed(calls, Double.parseDouble(arguments[4]));
        for (int i = 0; i < calls.size(); i++) {
          Map<String, Object> asked = kind.getValue().get(i);
          Object found = calls.get(i).run();
          StringBuilder line = new StringBuilder("{\"kind\":" + Json.quoted(kind.getKey()) + ",\"number\":"
              + ((Double) asked.get("number")).longValue() + ",\"mode\":\"exact\",\"ns\":" + taken.get(i));
          if (found instanceof SuggestWord[]) {
            SuggestWord[] best = (SuggestWord[]) found;
            line.append(",\"best\":").append(Json.quoted(best.length > 0 ? best[0].string : null));
          } else {
            List<String> texts = new ArrayList<>();
            for (Lookup.LookupResult result : (List<Lookup.LookupResult>) found) texts.add(Json.quoted(result.key.toString()));
            line.append(",\"texts\":").append(texts);
          }
          out.println(line.append("}"));
        }
      }
    }
    System.out.println("{\"memory\":" + Measuring.memory() + ",\"version\":" + Json.quoted(Version.LATEST.toString()) + "}");
  }
}
