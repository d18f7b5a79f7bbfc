/** Files and folders that appear complete or not at all. */
@NullMarked
package io.parlance.models.files;

import org.jspecify.annotations.NullMarked;
