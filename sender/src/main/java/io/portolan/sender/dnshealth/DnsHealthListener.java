package io.portolan.sender.dnshealth;

import io.portolan.core.dnshealth.FindingChange;

/** Is told, on one node of the network, that a check turned to an error, or back from one. */
@FunctionalInterface
public interface DnsHealthListener {
  /** Quick: slow work goes elsewhere. */
  void changed(FindingChange change);
}
