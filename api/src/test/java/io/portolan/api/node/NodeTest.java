package io.portolan.api.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.api.configuration.ConfigurationException;
import io.portolan.core.database.TestDatabase;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class NodeTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  @Test
  void keepsTheFirstKeyForAStartThatSucceeds() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> new TestingNode(database, uploads, other.getLocalPort()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("cannot listen");
    }
    assertThat(database.number("SELECT count(*) FROM api_key")).isZero();

    try (TestingNode node = new TestingNode(database, uploads)) {
      assertThat(node.key()).startsWith("ptl_");
    }
  }
}
