package io.portolan.metrics.report;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The ISPs from which complaints can come back to who has signed up; {@link ProvenLoops} says from
 * which they do. Immutable.
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

  /** The id under which the loop of an ISP is known: its own, or else that of its platform. */
  public Optional<String> id(String isp, String platform) {
    return Stream.of(isp, platform).filter(loops::containsKey).findFirst();
  }

  /** The name of a loop, such as {@code Yahoo Complaint Feedback Loop}. */
  public String name(String id) {
    return loops.getOrDefault(id, id);
  }
}
