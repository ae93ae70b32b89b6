import java.io.BufferedReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.util.CharTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;

/** JSON lines to an index: one segment, nothing stored. */
final class Indexing {
  static final String[] FACETS = {"brand", "category", "colour"};

  /** Lower-cased runs of ASCII letters and digits. */
  static final class Plain extends Analyzer {
    @Override protected TokenStreamComponents createComponents(String field) {
      Tokenizer runs = CharTokenizer.fromTokenCharPredicate(
          c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z');
      return new TokenStreamComponents(runs, new LowerCaseFilter(runs));
    }
  }

  static String build(String products, String directory, String fields) throws Exception {
    boolean isMulti = fields.equals("multi");
    long start = System.nanoTime();
    IndexWriterConfig config = new IndexWriterConfig(new Plain());
    config.setRAMBufferSizeMB(1024);
    config.setUseCompoundFile(false);
    config.setOpenMode(IndexWriterConfig.OpenMode.CREATE);
    long count = 0;
    try (IndexWriter writer = new IndexWriter(new MMapDirectory(Path.of(directory)), config);
        BufferedReader lines = Files.newBufferedReader(Path.of(products))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        writer.addDocument(document(Json.object(line), isMulti));
        count++;
      }
      writer.forceMerge(1);
      writer.commit();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double cpu = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    long bytes = 0;
    try (Stream<Path> files = Files.list(Path.of(directory))) {
      for (Path file : (Iterable<Path>) files::iterator) bytes += Files.size(file);
    }
    return "{\"documents\":" + count + ",\"seconds\":" + seconds + ",\"cpu_seconds\":" + cpu + ",\"bytes\":" + bytes
        + ",\"segments\":1}";
  }

  private static Document document(Map<String, Object> product, boolean isMulti) {
    Document document = new Document();
    long id = ((Double) product.get("id")).longValue();
    document.add(new StringField("id", Long.toString(id), Field.Store.NO));
    document.add(new NumericDocValuesField("id_column", id));
    document.add(new TextField("description", (String) product.get("description"), Field.Store.NO));
    if (isMulti) document.add(new TextField("title", (String) product.get("title"), Field.Store.NO));
    for (String name : FACETS) {
      String value = (String) product.get(name);
      if (isMulti && !name.equals("colour")) document.add(new TextField(name, value, Field.Store.NO));
      else document.add(new StringField(name, value, Field.Store.NO));
      document.add(new SortedDocValuesField(name + "_column", new BytesRef(value)));
    }
    document.add(new DoubleField("price", (Double) product.get("price"), Field.Store.NO));
    document.add(new DoubleField("rating", (Double) product.get("rating"), Field.Store.NO));
    document.add(new LongField("stock", ((Double) product.get("stock")).longValue(), Field.Store.NO));
    return document;
  }
}
