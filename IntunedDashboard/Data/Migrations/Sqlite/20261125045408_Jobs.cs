using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IntunedDashboard.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Jobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "CancelReason",
                table: "Runs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Jobs",
                columns: table => new
                {
                    Key = table.Column<Guid>(type: "TEXT", nullable: false),
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    Origin = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    ReasonType = table.Column<string>(type: "TEXT", nullable: true),
                    ReasonMessage = table.Column<string>(type: "TEXT", nullable: true),
                    ReasonAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    OptionsJson = table.Column<string>(type: "TEXT", nullable: false),
                    ScheduleJson = table.Column<string>(type: "TEXT", nullable: true),
                    SinkJson = table.Column<string>(type: "TEXT", nullable: true),
                    ProtectedSink = table.Column<string>(type: "TEXT", nullable: true),
                    ProxyDisplay = table.Column<string>(type: "TEXT", nullable: true),
                    ProtectedProxy = table.Column<string>(type: "TEXT", nullable: true),
                    PayloadCount = table.Column<int>(type: "INTEGER", nullable: false),
                    ContentHash = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    UpdatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    NextRunAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    NextNominalAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    LastRunAt = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Jobs", x => x.Key);
                    table.ForeignKey(
                        name: "FK_Jobs_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "JobPayloadItems",
                columns: table => new
                {
                    JobKey = table.Column<Guid>(type: "TEXT", nullable: false),
                    Position = table.Column<int>(type: "INTEGER", nullable: false),
                    ApiName = table.Column<string>(type: "TEXT", nullable: false),
                    ParametersJson = table.Column<string>(type: "TEXT", nullable: false),
                    RequestTimeout = table.Column<int>(type: "INTEGER", nullable: true),
                    MaximumAttempts = table.Column<int>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JobPayloadItems", x => new { x.JobKey, x.Position });
                    table.ForeignKey(
                        name: "FK_JobPayloadItems_Jobs_JobKey",
                        column: x => x.JobKey,
                        principalTable: "Jobs",
                        principalColumn: "Key",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "JobRuns",
                columns: table => new
                {
                    Seq = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Id = table.Column<string>(type: "TEXT", maxLength: 36, nullable: false),
                    JobKey = table.Column<Guid>(type: "TEXT", nullable: false),
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    JobId = table.Column<string>(type: "TEXT", nullable: false),
                    Type = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    Stage = table.Column<string>(type: "TEXT", maxLength: 12, nullable: false),
                    ReasonType = table.Column<string>(type: "TEXT", nullable: true),
                    ReasonMessage = table.Column<string>(type: "TEXT", nullable: true),
                    ErrorMessage = table.Column<string>(type: "TEXT", nullable: true),
                    ErrorCorrelationId = table.Column<string>(type: "TEXT", nullable: true),
                    StartedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    UpdatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    PayloadCount = table.Column<int>(type: "INTEGER", nullable: false),
                    SucceededCount = table.Column<int>(type: "INTEGER", nullable: false),
                    FailedCount = table.Column<int>(type: "INTEGER", nullable: false),
                    CanceledCount = table.Column<int>(type: "INTEGER", nullable: false),
                    RunningCount = table.Column<int>(type: "INTEGER", nullable: false),
                    ValidationRunId = table.Column<string>(type: "TEXT", nullable: true),
                    WasValidated = table.Column<bool>(type: "INTEGER", nullable: false),
                    FruitlessValidations = table.Column<int>(type: "INTEGER", nullable: false),
                    PlatformFailures = table.Column<int>(type: "INTEGER", nullable: false),
                    UsesAuthSession = table.Column<bool>(type: "INTEGER", nullable: false),
                    MaxConcurrent = table.Column<int>(type: "INTEGER", nullable: true),
                    OptionsJson = table.Column<string>(type: "TEXT", nullable: false),
                    SinkJson = table.Column<string>(type: "TEXT", nullable: true),
                    ProtectedSink = table.Column<string>(type: "TEXT", nullable: true),
                    ProxyDisplay = table.Column<string>(type: "TEXT", nullable: true),
                    ProtectedProxy = table.Column<string>(type: "TEXT", nullable: true),
                    StartedBy = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JobRuns", x => x.Seq);
                    table.ForeignKey(
                        name: "FK_JobRuns_Jobs_JobKey",
                        column: x => x.JobKey,
                        principalTable: "Jobs",
                        principalColumn: "Key",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "JobRunItems",
                columns: table => new
                {
                    JobRunSeq = table.Column<long>(type: "INTEGER", nullable: false),
                    Position = table.Column<int>(type: "INTEGER", nullable: false),
                    ApiName = table.Column<string>(type: "TEXT", nullable: false),
                    ParametersJson = table.Column<string>(type: "TEXT", nullable: false),
                    RequestTimeout = table.Column<int>(type: "INTEGER", nullable: true),
                    MaximumAttempts = table.Column<int>(type: "INTEGER", nullable: true),
                    Status = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    RunId = table.Column<string>(type: "TEXT", nullable: true),
                    FailedAttempts = table.Column<int>(type: "INTEGER", nullable: false),
                    EndedOrder = table.Column<int>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JobRunItems", x => new { x.JobRunSeq, x.Position });
                    table.ForeignKey(
                        name: "FK_JobRunItems_JobRuns_JobRunSeq",
                        column: x => x.JobRunSeq,
                        principalTable: "JobRuns",
                        principalColumn: "Seq",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_JobRunId_Seq",
                table: "Runs",
                columns: new[] { "JobRunId", "Seq" },
                filter: "\"JobRunId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Runs_ProjectId_JobId_Seq",
                table: "Runs",
                columns: new[] { "ProjectId", "JobId", "Seq" },
                filter: "\"JobId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_JobRunItems_JobRunSeq_EndedOrder",
                table: "JobRunItems",
                columns: new[] { "JobRunSeq", "EndedOrder" });

            migrationBuilder.CreateIndex(
                name: "IX_JobRunItems_RunId",
                table: "JobRunItems",
                column: "RunId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_JobRunItems_Waiting",
                table: "JobRunItems",
                column: "JobRunSeq",
                filter: "\"Status\" = 'Waiting'");

            migrationBuilder.CreateIndex(
                name: "IX_JobRuns_ActiveOfJob",
                table: "JobRuns",
                column: "JobKey",
                unique: true,
                filter: "\"EndedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_JobRuns_Id",
                table: "JobRuns",
                column: "Id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_JobRuns_JobKey_Seq",
                table: "JobRuns",
                columns: new[] { "JobKey", "Seq" });

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_NextRunAt",
                table: "Jobs",
                column: "NextRunAt",
                filter: "\"NextRunAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_ProjectId_Id",
                table: "Jobs",
                columns: new[] { "ProjectId", "Id" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "JobPayloadItems");

            migrationBuilder.DropTable(
                name: "JobRunItems");

            migrationBuilder.DropTable(
                name: "JobRuns");

            migrationBuilder.DropTable(
                name: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_JobRunId_Seq",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_ProjectId_JobId_Seq",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "CancelReason",
                table: "Runs");
        }
    }
}
