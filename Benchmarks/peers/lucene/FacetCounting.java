import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.search.Collector;
import org.apache.lucene.search.CollectorManager;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;

/** Counts the values of three columns over the matches: an array each, by ordinal. The index is one segment. */
final class FacetCounting implements CollectorManager<FacetCounting.Counter, int[][]> {
  static final class Counter implements Collector {
    final int[][] counts = new int[Indexing.FACETS.length][];

    @Override public LeafCollector getLeafCollector(LeafReaderContext context) throws IOException {
      SortedDocValues brand = column(context, 0), category = column(context, 1), colour = column(context, 2);
      int[] brands = counts[0], categories = counts[1], colours = counts[2];
      return new LeafCollector() {
        @Override public void setScorer(Scorable scorer) {}

        @Override public void collect(int document) throws IOException {
          if (brand.advanceExact(document)) brands[brand.ordValue()]++;
          if (category.advanceExact(document)) categories[category.ordValue()]++;
          if (colour.advanceExact(document)) colours[colour.ordValue()]++;
        }
      };
    }

    private SortedDocValues column(LeafReaderContext context, int facet) throws IOException {
      SortedDocValues column = context.reader().getSortedDocValues(Indexing.FACETS[facet] + "_column");
      counts[facet] = new int[column.getValueCount()];
      return column;
    }

    @Override public ScoreMode scoreMode() { return ScoreMode.COMPLETE_NO_SCORES; }
  }

  @Override public Counter newCollector() { return new Counter(); }

  /** For each column the ten highest counts. */
  @Override public int[][] reduce(Collection<Counter> counters) {
    int[][] counts = counters.iterator().next().counts;
    int[][] best = new int[counts.length][];
    for (int facet = 0; facet < counts.length; facet++) best[facet] = highest(counts[facet]);
    return best;
  }

  private static int[] highest(int[] counts) {
    int[] heap = new int[Math.min(10, counts.length)];
    int size = 0;
    for (int count : counts) {
      if (count == 0 || size == heap.length && count <= heap[size - 1]) continue;
      int at = size < heap.length ? size++ : size - 1;
      while (at > 0 && heap[at - 1] < count) { heap[at] = heap[at - 1]; at--; }
      heap[at] = count;
    }
    return Arrays.copyOf(heap, size);
  }
}
