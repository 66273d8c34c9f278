package io.portolan.metrics.report;

import io.portolan.core.policy.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * By which ways mail takes to which ISPs complaints are known to come back. The silence of any
 * other says nothing: nobody may have signed up, or the relay may keep them. Immutable.
 */
public record ProvenLoops(Set<Way> ways) {
  /** No complaint is known to come back. */
  public static final ProvenLoops NONE = new ProvenLoops(Set.of());

  /**
   * A way.
   *
   * @param loop the id of {@link FeedbackLoops}
   * @param route direct or the name of a relay
   */
  public record Way(String loop, String route) {
    /** Both in one, as statements are given it. */
    private String written() {
      return loop + ' ' + route;
    }
  }

  /** What a silence about accepted mail means. */
  public enum Hearing {
    /** The ISP tells no complaints. */
    NONE,
    /** It may tell them, but none has come this way and nobody says that they would. */
    UNPROVEN,
    /** There were none. */
    PROVEN
  }

  public ProvenLoops {
    ways = Set.copyOf(ways);
  }

  /** What is heard of complaints about mail to an ISP. */
  public Hearing of(String isp, String platform, String route) {
    return FeedbackLoops.builtIn()
        .id(isp, platform)
        .map(loop -> ofLoop(loop, route))
        .orElse(Hearing.NONE);
  }

  /**
   * The same by the loop itself.
   *
   * @param loop empty for none
   */
  Hearing ofLoop(String loop, String route) {
    if (loop.isEmpty()) {
      return Hearing.NONE;
    }
    return ways.contains(new Way(loop, route)) ? Hearing.PROVEN : Hearing.UNPROVEN;
  }

  /** The ways for a statement, each as {@code LOOP ROUTE}. */
  public List<String> written() {
    return ways.stream().map(Way::written).toList();
  }

  /**
   * Why nothing can be said of complaints about mail that was accepted, and what to do.
   *
   * @param route by which it went
   */
  public static String unproven(String isp, String platform, String route) {
    Optional<String> loop = FeedbackLoops.builtIn().id(isp, platform);
    if (loop.isEmpty()) {
      return isp + " tells no complaints";
    }
    return route.equals(Path.DIRECT)
        ? "no complaint has come from %s yet: sign up for its feedback loop (%s), or if you have, name %s in complaints.loops"
            .formatted(isp, FeedbackLoops.builtIn().name(loop.get()), loop.get())
        : "%s has told no complaint from %s yet: set up its webhook with events of complaints, and then name %s in complaints.loops"
            .formatted(route, isp, loop.get());
  }
}
