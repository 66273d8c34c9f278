package io.portolan.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class InstallationStoreTest {
  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final InstallationStore installation = new InstallationStore(postgres.database());

  @Test
  void givesAllNodesTheSameTokenKey() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<byte[]>> nodes = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int node = 0; node < 6; node++) {
        nodes.add(
            threads.submit(
                () -> {
                  start.await();
                  return installation.tokenKey();
                }));
      }
      start.countDown();
      for (Future<byte[]> node : nodes) {
        keys.add(HexFormat.of().formatHex(node.get()));
      }
    }

    assertThat(keys).containsOnly(HexFormat.of().formatHex(installation.tokenKey()));
    assertThat(installation.tokenKey()).hasSize(32);
  }
}
