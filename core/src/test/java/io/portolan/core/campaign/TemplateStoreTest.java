package io.portolan.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.database.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TemplateStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final TemplateStore templates =
      new TemplateStore(postgres.database(), InstantSource.fixed(NOW));

  @Test
  void keepsWhatItWasGiven() {
    Template.Settings settings =
        new Template.Settings("welcome", "Hello {{name}}", "<p>Hi</p>", "Hi\n\tthere");

    Template made = templates.create(settings);

    assertThat(made.settings()).isEqualTo(settings);
    assertThat(made.createdAt()).isEqualTo(NOW);
    assertThat(templates.get(made.id())).isEqualTo(made);
  }

  @Test
  void replacesSettings() {
    Template made = templates.create(new Template.Settings("before", "s", "", "t"));

    Template updated = templates.update(made.id(), new Template.Settings("after", "s2", "<p>", ""));

    assertThat(updated.settings()).isEqualTo(new Template.Settings("after", "s2", "<p>", ""));
    assertThat(updated.createdAt()).isEqualTo(made.createdAt());
  }

  @Test
  void refusesASecondTemplateOfOneName() {
    templates.create(new Template.Settings("twice", "s", "", "t"));
    Template other = templates.create(new Template.Settings("once", "s", "", "t"));

    assertThatThrownBy(() -> templates.create(new Template.Settings("twice", "s", "", "t")))
        .isInstanceOf(ConflictException.class)
        .hasMessage("There is a template named \"twice\" already.");
    assertThatThrownBy(
            () -> templates.update(other.id(), new Template.Settings("twice", "s", "", "t")))
        .isInstanceOf(ConflictException.class);
  }

  @Test
  void refusesWhatCannotBeStoredWithEveryProblem() {
    assertThatThrownBy(
            () -> templates.create(new Template.Settings(" ", "two\r\nlines", "<p>\0", "")))
        .isInstanceOfSatisfying(
            InvalidException.class,
            refused ->
                assertThat(refused.problems())
                    .extracting(Problem::place)
                    .containsExactly("name", "subject", "html"));
  }

  @Test
  void givesPagesInTheOrderOfMaking() {
    long first = templates.create(new Template.Settings("page 1", "s", "", "t")).id();
    long second = templates.create(new Template.Settings("page 2", "s", "", "t")).id();
    long third = templates.create(new Template.Settings("page 3", "s", "", "t")).id();

    Page<Template> page = templates.page(first - 1, 2);

    assertThat(page.items()).extracting(Template::id).containsExactly(first, second);
    assertThat(page.next()).hasValue(second);
    assertThat(templates.page(second, 1).items()).extracting(Template::id).containsExactly(third);
  }

  @Test
  void saysWhatIsNotThere() {
    assertThat(templates.find(-1)).isEmpty();
    assertThatThrownBy(() -> templates.get(-1))
        .isInstanceOf(NotFoundException.class)
        .hasMessage("There is no template -1.");
    assertThatThrownBy(() -> templates.update(-1, new Template.Settings("x", "s", "", "t")))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> templates.delete(-1)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void isDeletedOnlyWhenNoCampaignMayReadItAnyMore() {
    Template template = templates.create(new Template.Settings("used", "s", "", "t"));
    postgres.execute(
        "INSERT INTO campaign (name, template_id, content) VALUES ('c', ?, '{}')", template.id());

    assertThatThrownBy(() -> templates.delete(template.id()))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("which has not been launched");

    postgres.execute(
        "UPDATE campaign SET state = 'cancelled' WHERE template_id = ?", template.id());
    templates.delete(template.id());
    assertThat(templates.find(template.id())).isEmpty();
  }
}
