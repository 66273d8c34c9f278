package io.portolan.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServeCommandTest {
  @ParameterizedTest
  @ValueSource(strings = {"localhost", "box", "localhost.localdomain", "box.local", "192.0.2.7"})
  void warnsOfANameThatOthersCannotLookUp(String name) {
    assertThat(ServeCommand.warnings(name, "shop.example"))
        .singleElement()
        .asString()
        .startsWith("mail.helo-name is \"" + name + "\"");
    assertThat(ServeCommand.warnings("mail.shop.example", name))
        .singleElement()
        .asString()
        .startsWith("mail.bounce-domain is \"" + name + "\"");
  }

  @Test
  void warnsOfNoFullName() {
    assertThat(ServeCommand.warnings("mail.shop.example", "shop.example")).isEmpty();
  }
}
