package io.portolan.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.isp.IspDirectory;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyComparison;
import io.portolan.core.policy.PolicyDocument;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.Route;
import io.portolan.core.policy.TlsMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of {@code docs/policy.md} are right, and do what the page says. */
class PolicyReferenceTest {
  private static final Pattern POLICY = Pattern.compile("```yaml\\n(rules:.*?)```", Pattern.DOTALL);

  private final PolicyDocument documents =
      new PolicyDocument(name -> Optional.of(new Mailer()).filter(it -> it.name().equals(name)));
  private String page;
  private List<PortPolicy> policies;

  @BeforeEach
  void read() throws IOException {
    page = Files.readString(Path.of("../docs/policy.md"));
    policies =
        POLICY.matcher(page).results().map(block -> documents.readYaml(block.group(1))).toList();
  }

  @Test
  void showsPoliciesThatTheCheckTakes() {
    IspDirectory isps = IspDirectory.builtIn();
    PolicyCheck check =
        new PolicyCheck(
            id -> isps.find(id).isPresent(),
            name -> Optional.of(new Mailer()).filter(it -> it.name().equals(name)));

    assertThat(policies)
        .hasSize(3)
        .allSatisfy(
            policy ->
                assertThat(check.check(policy))
                    .isEqualTo(new PolicyCheck.Findings(List.of(), List.of())));
  }

  @Test
  void showsTheDifferenceThatIsSaid() {
    assertThat(page)
        .contains(
            "$ ./portolan policy diff draft.yaml\n"
                + String.join("\n", PolicyComparison.words(policies.getFirst(), policies.getLast()))
                + "\n");
  }

  @Test
  void readsWhatItWritesOfTheExamples() {
    assertThat(policies)
        .allSatisfy(
            policy ->
                assertThat(documents.readYaml(PolicyDocument.writeYaml(policy))).isEqualTo(policy));
  }

  /** The relay of the examples. */
  private record Mailer() implements Route {
    @Override
    public String name() {
      return "mailer";
    }

    @Override
    public boolean needsLogin() {
      return true;
    }

    @Override
    public SequencedMap<Integer, TlsMode> tlsByPort() {
      SequencedMap<Integer, TlsMode> ports = new LinkedHashMap<>();
      ports.put(587, TlsMode.STARTTLS);
      ports.put(465, TlsMode.IMPLICIT);
      return ports;
    }
  }
}
