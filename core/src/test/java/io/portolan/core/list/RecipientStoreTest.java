package io.portolan.core.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.TestDatabase;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RecipientStoreTest {
  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final RecipientStore recipients = new RecipientStore(postgres.database());
  private long list;

  @BeforeEach
  void makeList() {
    list =
        new ListStore(postgres.database(), InstantSource.system())
            .create(UUID.randomUUID().toString(), "")
            .id();
  }

  @Test
  void keepsWhatItWasGiven() {
    Map<String, Object> attributes =
        Map.of("name", "Anna \"A\" \r\nBcc: x@y", "vip", true, "tags", List.of("a", "b"));

    Recipient added = recipients.add(list, EmailAddress.parse("Anna@BÜCHER.example"), attributes);

    assertThat(added.address()).isEqualTo("Anna@BÜCHER.example");
    assertThat(added.domain()).isEqualTo("xn--bcher-kva.example");
    assertThat(added.attributes()).isEqualTo(attributes);
    assertThat(added.importId()).isEmpty();
    assertThat(recipients.find(list, added.id())).hasValue(added);
    assertThat(recipients.find(list, EmailAddress.parse("anna@bücher.example"))).hasValue(added);
    assertThat(recipients.find(-1, added.id())).isEmpty();
  }

  @Test
  void refusesAnAddressThatIsOnTheList() {
    add("anna@a.example");

    assertThatThrownBy(() -> add("ANNA@A.example"))
        .isInstanceOf(ConflictException.class)
        .hasMessage("List " + list + " has ANNA@A.example already.");
    assertThatThrownBy(() -> recipients.add(-1, EmailAddress.parse("a@b.example"), Map.of()))
        .isInstanceOf(NotFoundException.class)
        .hasMessage("There is no list -1.");
  }

  @Test
  void refusesAttributesThatCannotBeStored() {
    EmailAddress address = EmailAddress.parse("a@b.example");

    assertThatThrownBy(() -> recipients.add(list, address, Map.of("a", "\0")))
        .isInstanceOf(InvalidException.class)
        .hasMessage("attributes: have a NUL character");
    assertThatThrownBy(() -> recipients.add(list, address, Map.of("a", "x".repeat(70_000))))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("65,536 are allowed");
    Recipient added = recipients.add(list, address, Map.of("a", "\\u0000"));
    assertThat(added.attributes()).isEqualTo(Map.of("a", "\\u0000"));
  }

  @Test
  void replacesAttributes() {
    Recipient added = recipients.add(list, EmailAddress.parse("a@b.example"), Map.of("a", "1"));

    Recipient updated = recipients.update(list, added.id(), Map.of("b", "2"));

    assertThat(updated.attributes()).isEqualTo(Map.of("b", "2"));
    assertThat(updated.updatedAt()).isAfter(added.updatedAt());
    assertThatThrownBy(() -> recipients.update(list, -1, Map.of()))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void removesARecipient() {
    Recipient added = add("a@b.example");

    recipients.remove(list, added.id());

    assertThat(recipients.count(list)).isZero();
    assertThatThrownBy(() -> recipients.remove(list, added.id()))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void givesPagesAndFilters() {
    Recipient anna = add("Anna@one.example");
    Recipient ben = add("ben@two.example");
    Recipient anne = add("anne@two.example");

    Page<Recipient> first = page("", "", Optional.empty(), 2);
    assertThat(first.items()).containsExactly(anna, ben);
    assertThat(page("", "", first.next(), 2).items()).containsExactly(anne);
    assertThat(page("", "", first.next(), 2).next()).isEmpty();
    assertThat(page("ANN", "", Optional.empty(), 9).items()).containsExactly(anna, anne);
    assertThat(page("", "two.example", Optional.empty(), 9).items()).containsExactly(ben, anne);
    assertThat(page("ann", "two.example", Optional.empty(), 9).items()).containsExactly(anne);
    assertThat(page("%", "", Optional.empty(), 9).items()).isEmpty();
    assertThat(recipients.count(list)).isEqualTo(3);
  }

  private Page<Recipient> page(String contains, String domain, Optional<Long> after, int limit) {
    return recipients.page(new RecipientQuery(list, contains, domain, after, limit));
  }

  private Recipient add(String address) {
    return recipients.add(list, EmailAddress.parse(address), Map.of());
  }
}
