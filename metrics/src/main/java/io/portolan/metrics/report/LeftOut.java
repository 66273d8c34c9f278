package io.portolan.metrics.report;

import java.util.ArrayList;
import java.util.List;

/** Says in words of which mail rates say nothing, since what became of it cannot be seen. */
final class LeftOut {
  private static final int MOST_NAMES = 8;

  private LeftOut() {}

  /**
   * What the rates of some counts are not of; nothing where they are of everything.
   *
   * @param isps those with mail about which no complaint would be heard; empty where they are not
   *     told apart
   */
  static List<String> words(Counts counts, List<String> isps) {
    List<String> sentences = new ArrayList<>();
    long untold = counts.untold().bounced();
    if (counts.unseen() > 0) {
      sentences.add(
          "Hard bounce, soft bounce and block rates leave out "
              + Figures.number(counts.unseen())
              + " messages that went through relays: what became of them at the ISP has not been"
              + " told."
              + (untold == 0
                  ? ""
                  : " "
                      + Figures.number(untold)
                      + " of them bounced, but their relays tell of too few messages that they arrived, so"
                      + " that they are a share of nothing known. Set up the relay's webhook with"
                      + " events of deliveries."));
    }
    long unproven = counts.returned().acceptedUnproven();
    if (unproven > 0) {
      sentences.add(
          "Complaint rates leave out "
              + Figures.number(unproven)
              + " messages accepted"
              + (isps.isEmpty() ? "" : " at " + names(isps))
              + ", about which no complaint is known to come back: sign up for the ISP's feedback"
              + " loop, or set up the relay's webhook with events of complaints; if that is done,"
              + " name the loop in complaints.loops.");
    }
    return sentences;
  }

  private static String names(List<String> isps) {
    return String.join(", ", isps.stream().limit(MOST_NAMES).toList())
        + (isps.size() > MOST_NAMES ? " and others" : "");
  }
}
