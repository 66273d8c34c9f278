package io.portolan.metrics.report;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The ISPs from which complaints can come back: only what they accepted is in the denominator of a
 * complaint rate. Immutable.
 */
public final class FeedbackLoops {
  private static final FeedbackLoops BUILT_IN = read();

  private final Map<String, String> loops;

  private FeedbackLoops(Map<String, String> loops) {
    this.loops = loops;
  }

  /** Those that Portolan knows. */
  public static FeedbackLoops builtIn() {
    return BUILT_IN;
  }

  private static FeedbackLoops read() {
    Map<String, String> loops = new TreeMap<>();
    for (CsvRow row :
        CsvTable.resource(FeedbackLoops.class, "feedback-loops.csv", List.of("isp_id", "loop"))
            .rows()) {
      loops.put(row.required("isp_id"), row.required("loop"));
    }
    return new FeedbackLoops(loops);
  }

  /** The ids of ISPs and platforms that have one. */
  public List<String> ids() {
    return List.copyOf(loops.keySet());
  }

  /** The loop of an ISP, or else of its platform. */
  public Optional<String> of(String isp, String platform) {
    return Optional.ofNullable(loops.get(isp)).or(() -> Optional.ofNullable(loops.get(platform)));
  }
}
