package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.batch.TestCampaigns;
import io.portolan.core.campaign.SendWindow;
import io.portolan.core.database.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A database with campaigns, and the nodes that a test starts on it. Closed after each test. */
final class SchedulerFixture implements AfterEachCallback {
  private final TestDatabase database = TestDatabase.create();
  private final TestCampaigns campaigns = new TestCampaigns(database);
  private final List<TestNode> nodes = new ArrayList<>();

  SchedulerFixture() {
    campaigns.resolve("gmail.com", "gmail", "gmail");
    campaigns.resolve("yahoo.com", "yahoo", "yahoo");
    campaigns.resolve("aol.com", "aol", "yahoo");
    campaigns.resolve("gmx.net", "gmx", "gmx");
  }

  TestDatabase database() {
    return database;
  }

  TestCampaigns campaigns() {
    return campaigns;
  }

  TestNode startNode() {
    return startNode(TestNode.settings());
  }

  TestNode startNode(SchedulerSettings settings) {
    TestNode node = TestNode.start(database.settings(), settings);
    nodes.add(node);
    return node;
  }

  /** A node whose scheduler the test starts, or never does. */
  TestNode createNode() {
    TestNode node = TestNode.create(database.settings(), TestNode.settings());
    nodes.add(node);
    return node;
  }

  /** A draft for {@code recipients} people at gmail. */
  long draft(int recipients) {
    long list = campaigns.list();
    campaigns.recipients(list, "gmail.com", recipients);
    return campaigns.draft(list, Optional.empty());
  }

  long draft(int recipients, SendWindow window) {
    long list = campaigns.list();
    campaigns.recipients(list, "gmail.com", recipients);
    return campaigns.draft(list, Optional.of(window));
  }

  String state(long campaignId) {
    return database.texts("SELECT state FROM campaign WHERE id = ?", campaignId).getFirst();
  }

  void awaitState(long campaignId, String state) {
    Eventually.holds(
        "campaign " + campaignId + " is " + state, () -> state(campaignId).equals(state));
  }

  /** Checks that each recipient has one delivery, accepted in one attempt. */
  void assertEachAcceptedOnce(long campaignId, int recipients) {
    assertThat(campaigns.deliveries(campaignId, "accepted")).isEqualTo(recipients);
    assertThat(database.number("SELECT count(*) FROM attempt WHERE campaign_id = ?", campaignId))
        .as("attempts")
        .isEqualTo(recipients);
    assertThat(
            database.number(
                "SELECT count(DISTINCT delivery_id) FROM attempt WHERE campaign_id = ?",
                campaignId))
        .isEqualTo(recipients);
    assertThat(campaigns.rolledUp(campaignId, "accepted")).isEqualTo(recipients);
    assertThat(
            database.number(
                "SELECT sum(recipients) FROM campaign_isp WHERE campaign_id = ?", campaignId))
        .isEqualTo(recipients);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    nodes.forEach(TestNode::close);
    database.close();
  }
}
