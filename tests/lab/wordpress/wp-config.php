<?php
// The settings of the stand-in for wordpress:6, from the variables that the official image knows.
function given($name, $default) {
    $file = getenv("{$name}_FILE");
    if ($file !== false && $file !== '') {
        return rtrim(file_get_contents($file), "\r\n");
    }
    $value = getenv($name);
    return $value === false ? $default : $value;
}

define('DB_NAME', given('WORDPRESS_DB_NAME', 'wordpress'));
define('DB_USER', given('WORDPRESS_DB_USER', 'example username'));
define('DB_PASSWORD', given('WORDPRESS_DB_PASSWORD', 'example password'));
define('DB_HOST', given('WORDPRESS_DB_HOST', 'mysql'));
define('DB_CHARSET', given('WORDPRESS_DB_CHARSET', 'utf8mb4'));
define('DB_COLLATE', given('WORDPRESS_DB_COLLATE', ''));
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $use) {
    foreach (['KEY', 'SALT'] as $kind) {
        define("{$use}_{$kind}", given("WORDPRESS_{$use}_{$kind}", hash('sha256', "$use $kind " . DB_PASSWORD)));
    }
}
$table_prefix = given('WORDPRESS_TABLE_PREFIX', 'wp_');
define('WP_DEBUG', (bool) given('WORDPRESS_DEBUG', ''));

if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
