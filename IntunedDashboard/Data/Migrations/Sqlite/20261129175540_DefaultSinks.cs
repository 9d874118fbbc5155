using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IntunedDashboard.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class DefaultSinks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ProtectedDefaultSink",
                table: "Deployments",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ProtectedDefaultSink",
                table: "Deployments");
        }
    }
}
