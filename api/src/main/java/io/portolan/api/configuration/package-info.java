/**
 * The configuration: one YAML file, every key with its default, overridable by environment
 * variables.
 */
@NullMarked
package io.portolan.api.configuration;

import org.jspecify.annotations.NullMarked;
