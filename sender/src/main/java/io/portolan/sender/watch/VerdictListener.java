package io.portolan.sender.watch;

import io.portolan.core.path.VerdictChange;

/** Is told, on one node of the network, that the verdict on a port is another than before. */
@FunctionalInterface
public interface VerdictListener {
  /** Quick: slow work goes elsewhere. */
  void changed(VerdictChange change);
}
