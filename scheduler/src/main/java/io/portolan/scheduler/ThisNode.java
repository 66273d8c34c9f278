package io.portolan.scheduler;

import java.time.Instant;
import java.time.InstantSource;

/** What the parts of one node share. */
record ThisNode(String name, InstantSource clock, CampaignGatePoller gate, WorkRegister work) {
  Instant now() {
    return clock.instant();
  }

  boolean isStopping() {
    return work.isStopping();
  }

  /** Whether a campaign may send now; asks the database before it says no to a running node. */
  Admission admission(long campaignId) {
    Admission known = gate.admission(campaignId);
    if (known instanceof Admission.Closed && !isStopping()) {
      // it may have been launched or resumed since the gate last looked
      gate.refresh();
      return gate.admission(campaignId);
    }
    return known;
  }
}
